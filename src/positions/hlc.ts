import type { Hlc } from '../protocol/positions.ts';

const STEPS_PER_MS = 1024;
/** How far ahead of the origin's clock a stamp may be; a wrong clock must not win for ever. */
export const MAX_AHEAD_MS = 30_000;

/** Before everything. */
export const NO_HLC = 0 as Hlc;

export const isHlc = (value: number): value is Hlc => Number.isSafeInteger(value) && value >= 0;

export const hlcOf = (originMs: number): Hlc => (Math.max(0, Math.floor(originMs)) * STEPS_PER_MS) as Hlc;

/** Milliseconds since 1970 on the origin's clock. */
export const hlcMs = (hlc: Hlc): number => Math.floor(hlc / STEPS_PER_MS);

/** A stamp for something that happens now: later than everything this device has seen, and than its own last stamp. */
export const nextHlc = (originNowMs: number, last: Hlc): Hlc => Math.max(hlcOf(originNowMs), last + 1) as Hlc;

export const laterHlc = (a: Hlc, b: Hlc): Hlc => (a > b ? a : b);

/** What the origin makes of a stamp: never more than 30 s ahead of its own clock. */
export const clampHlc = (hlc: Hlc, originNowMs: number): Hlc => Math.min(hlc, hlcOf(originNowMs + MAX_AHEAD_MS)) as Hlc;
