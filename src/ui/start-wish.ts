import type { BroadcastDetail } from '../protocol/broadcast.ts';

/** Where a link asks to begin. media: on the broadcast's own timeline. wall: a moment of the day it was live. */
export type StartWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'media'; readonly ms: number }
  | { readonly kind: 'wall'; readonly atMs: number };

/** `1h2m3s`, `2m`, `90s`, `90`: milliseconds; undefined for anything else. */
export function parseMediaTime(text: string): number | undefined {
  const match = /^(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,7}(?:\.\d{1,3})?)s?)?$/.exec(text.trim().toLowerCase());
  if (match === null || text.trim() === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

/** `?t=` media time, `?at=` Unix seconds. */
export function startWish(search: string): StartWish {
  const asked = new URLSearchParams(search);
  const at = asked.get('at');
  if (at !== null && /^\d{1,12}(?:\.\d{1,3})?$/.test(at)) return { kind: 'wall', atMs: Number(at) * 1000 };
  const ms = parseMediaTime(asked.get('t') ?? '');
  return ms === undefined ? { kind: 'none' } : { kind: 'media', ms };
}

const isOver = ({ state }: BroadcastDetail): boolean => state === 'ended' || state === 'sealed';

/** The end of what can be played: now, while it is live. */
export const extentMs = (detail: BroadcastDetail, nowMs: number): number =>
  isOver(detail) || detail.startedAt === null ? detail.durationMs : Math.max(0, nowMs - detail.startedAt);

/** Inside what there is; a wish beyond the end is the end. Undefined when the link asks for nothing. */
export function wishedMs(wish: StartWish, detail: BroadcastDetail, nowMs: number): number | undefined {
  const endMs = Math.max(0, extentMs(detail, nowMs) - 1000);
  if (wish.kind === 'none') return undefined;
  const ms = wish.kind === 'media' ? wish.ms : wish.atMs - (detail.startedAt ?? wish.atMs);
  return Math.min(endMs, Math.max(0, ms));
}

/** `1h2m3s`, `2m5s`, `40s`. */
export function mediaTimeText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = total % 60;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 || total < 60 ? `${seconds}s` : ''}`;
}

/** A link that keeps its meaning after the live has ended. */
export function linkFrom(
  pageUrl: string,
  positionMs: number,
  startedAtMs: number | undefined,
  isLive: boolean,
): string {
  const url = new URL(pageUrl);
  url.hash = '';
  url.search = '';
  if (isLive && startedAtMs !== undefined)
    url.searchParams.set('at', String(Math.floor((startedAtMs + positionMs) / 1000)));
  else url.searchParams.set('t', mediaTimeText(positionMs));
  return url.href;
}

/** `1:02:03`, `4:05`, `75`, `1h2m`: media time; undefined when it is none. */
export function typedMediaMs(text: string): number | undefined {
  const match = /^(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})$/.exec(text.trim());
  if (match === null) return parseMediaTime(text);
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/**
 * A time of day, `14:05` or `14:05:30`, while live: the last such moment before now. Undefined when it lies before the
 * start, or is no time of day.
 */
export function typedWallMs(text: string, startedAtMs: number, nowMs: number): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text.trim());
  if (match === null) return undefined;
  const moment = new Date(nowMs);
  moment.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0);
  if (moment.getTime() > nowMs) moment.setDate(moment.getDate() - 1);
  const mediaMs = moment.getTime() - startedAtMs;
  return mediaMs < 0 ? undefined : mediaMs;
}
