import type { WireError } from '../src/protocol/errors.ts';

/** From the page to the helper's worker. */
export type ToLend =
  | { readonly kind: 'look'; readonly invitation: string; readonly baseUrl: string }
  /** `name` is what the creator sees. */
  | { readonly kind: 'help'; readonly name: string }
  | { readonly kind: 'stop' };

export type LendPhase =
  /** The invitation is being looked at. */
  | { readonly kind: 'looking' }
  /** Good: waits for the person's yes. */
  | { readonly kind: 'invited' }
  /** The encoders are tried. */
  | { readonly kind: 'joining' }
  | { readonly kind: 'helping' }
  /** By the person; may begin again. */
  | { readonly kind: 'stopped' }
  /** The recording is complete. */
  | { readonly kind: 'over' }
  | { readonly kind: 'refused'; readonly error: WireError };

/** looking: at what another helper made. */
export type LendStep = 'fetching' | 'making' | 'sending' | 'looking';

export interface LendWorkView {
  readonly segment: number;
  readonly step: LendStep;
  /** 0 to 1. */
  readonly progress: number;
}

/** Everything the page of a helper shows. */
export interface LendState {
  readonly phase: LendPhase;
  readonly title: string;
  /** Made from the growing stream, not from pieces of a recording. */
  readonly isLive: boolean;
  /** Heights of the renditions, largest first. */
  readonly heights: readonly number[];
  readonly work: readonly LendWorkView[];
  readonly framesPerSecond: number;
  /** Brought by this tab; the creator has published `published` of them. */
  readonly brought: number;
  readonly published: number;
  readonly isConnected: boolean;
}

export interface FromLend {
  readonly kind: 'state';
  readonly state: LendState;
}
