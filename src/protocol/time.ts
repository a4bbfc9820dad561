/** Units as types: a number that says what it counts. Conversions only through the functions below. */
declare const unit: unique symbol;

/** Microseconds. Media time starts at the broadcast's first sample and is never reset. */
export type Micros = number & { readonly [unit]: 'micros' };
/** Milliseconds. Wall-clock values are milliseconds since 1970 on the origin's clock. */
export type Millis = number & { readonly [unit]: 'millis' };
/** Ticks of a track's own timescale (90 000 per second for video, 48 000 for sound). */
export type Ticks = number & { readonly [unit]: 'ticks' };

export const micros = (value: number): Micros => value as Micros;
export const millis = (value: number): Millis => value as Millis;
export const ticks = (value: number): Ticks => value as Ticks;

export const microsToMillis = (value: Micros): Millis => (value / 1000) as Millis;
export const millisToMicros = (value: Millis): Micros => (value * 1000) as Micros;
export const ticksToMicros = (value: Ticks, timescale: number): Micros =>
  Math.round((value * 1_000_000) / timescale) as Micros;
export const microsToTicks = (value: Micros, timescale: number): Ticks =>
  Math.round((value * timescale) / 1_000_000) as Ticks;
