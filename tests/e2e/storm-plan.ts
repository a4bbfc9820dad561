/** What befalls a broadcast. Lengths of time are in slots of 1/30 s, counted by what the encoders gave out. */
export type Blow =
  | { readonly kind: 'cut'; readonly slots: number }
  /** The connection that carries this byte is reset there. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The other end of every connection vanishes without a word. */
  | { readonly kind: 'strand' }
  | { readonly kind: 'line'; readonly roundTripMs: number; readonly upBps: number; readonly slots: number }
  | { readonly kind: 'slices'; readonly sliceBytes: number; readonly slots: number }
  | { readonly kind: 'kill-origin'; readonly slots: number }
  | { readonly kind: 'kill-browser'; readonly afterSlots: number };

const DELAYS_MS = [30, 80, 300];

/** Every kind of blow `times` times, in an order and of a strength that the seed decides. */
export function planStorm(random: () => number, times: number, longestSlots: number): readonly Blow[] {
  const between = (from: number, to: number): number => Math.round(from + random() * (to - from));
  const makers: readonly (() => Blow)[] = [
    () => ({ kind: 'cut', slots: between(30, longestSlots) }),
    () => ({ kind: 'reset', afterBytes: between(1, 200_000) }),
    () => ({ kind: 'strand' }),
    () => ({
      kind: 'line',
      roundTripMs: DELAYS_MS[between(0, DELAYS_MS.length - 1)] ?? 0,
      upBps: between(500_000, 5_000_000),
      slots: between(45, 90),
    }),
    () => ({ kind: 'slices', sliceBytes: between(100, 1400), slots: between(30, 60) }),
    () => ({ kind: 'kill-origin', slots: between(10, longestSlots) }),
    () => ({ kind: 'kill-browser', afterSlots: between(5, 60) }),
  ];
  const blows = Array.from({ length: times }, () => makers.map((make) => make())).flat();
  for (let i = blows.length - 1; i > 0; i--) {
    const j = between(0, i);
    const [a, b] = [blows[i], blows[j]];
    if (a !== undefined && b !== undefined) [blows[i], blows[j]] = [b, a];
  }
  return blows;
}
