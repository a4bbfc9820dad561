import { isBroadcastId, pages } from '../protocol/urls.ts';

const NEXT = 'next';
const WATCH = pages.watch('');

/** Where to go after the log-in: the studio or a watch page of this origin, and nothing else. */
export function nextPage(search: string): string | undefined {
  const wanted = new URLSearchParams(search).get(NEXT);
  if (wanted === null) return undefined;
  const isWatch = wanted.startsWith(WATCH) && isBroadcastId(wanted.slice(WATCH.length));
  return isWatch || wanted === pages.studio || wanted === pages.admin ? wanted : undefined;
}

export const accountThen = (page: string): string => `${pages.account}?${NEXT}=${page}`;
