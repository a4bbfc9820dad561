import type { LinkInfo } from '../protocol/accounts.ts';

/** The one-time link that a page was opened with. */
export type Landing =
  | { readonly kind: 'none' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'found'; readonly token: string; readonly info: LinkInfo }
  | { readonly kind: 'bad'; readonly sentence: string };
