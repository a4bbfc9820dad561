/** A seeded generator (mulberry32), so that a failed round can be run again. Returns numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `TABCAST_CHAOS=long` runs the long rounds; `TABCAST_CHAOS_SEED` the rounds of a failure again. */
export const isLong = process.env['TABCAST_CHAOS'] === 'long';
export const firstSeed = Number(process.env['TABCAST_CHAOS_SEED'] ?? 1);
export const rounds = (short: number, long: number): readonly number[] =>
  Array.from({ length: isLong ? long : short }, (_, i) => firstSeed + i);
/** Seconds of an outage; `TABCAST_CHAOS_SECONDS` makes those of a long round other. */
export const secondsOf = (short: number, long: number): number =>
  isLong ? Number(process.env['TABCAST_CHAOS_SECONDS'] ?? long) : short;
