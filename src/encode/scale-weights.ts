/** How each output sample of a line is made from `taps` input samples, from `starts[i]` on. */
export interface ScaleWeights {
  readonly taps: number;
  readonly starts: readonly number[];
  /** `taps` whole numbers for each output sample; each group adds up to `one`. */
  readonly weights: readonly number[];
}

/** The kernel's horizontal step reads eight samples at once. */
export const MAX_TAPS = 8;

/** Keys' cubic with a = -0.5 (Catmull-Rom): sharp, with little ringing. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/**
 * Weights to make a line of `to` samples from one of `from`, at least eight. The curve is widened by the ratio, so
 * that fine detail is averaged and does not turn into patterns that were never there (and that cost bits).
 */
export function scaleWeights(from: number, to: number, one: number): ScaleWeights {
  const ratio = Math.max(1, from / to);
  const groups = Array.from({ length: to }, (_, i) => groupAt(((i + 0.5) * from) / to - 0.5, ratio, from, one));
  const taps = Math.max(...groups.map(({ weights }) => weights.length));
  const starts = groups.map(({ start }) => Math.min(start, from - taps));
  const weights = groups.flatMap((group, i) => {
    const before = group.start - (starts[i] ?? 0);
    return [...zeros(before), ...group.weights, ...zeros(taps - before - group.weights.length)];
  });
  return { taps, starts, weights };
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

function groupAt(centre: number, ratio: number, from: number, one: number): { start: number; weights: number[] } {
  let first = Math.floor(centre - 2 * ratio) + 1;
  let last = Math.ceil(centre + 2 * ratio) - 1;
  while (last - first >= MAX_TAPS) {
    if (centre - first > last - centre) first++;
    else last--;
  }
  const start = Math.max(0, first);
  const end = Math.min(from - 1, last);
  const shares = zeros(end - start + 1);
  // What would lie outside counts for the sample at the edge.
  for (let at = first; at <= last; at++) {
    const inside = Math.min(end, Math.max(start, at)) - start;
    shares[inside] = (shares[inside] ?? 0) + cubic((at - centre) / ratio);
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  const weights = shares.map((share) => Math.round((share / sum) * one));
  const missing = one - weights.reduce((total, weight) => total + weight, 0);
  const largest = weights.indexOf(Math.max(...weights));
  weights[largest] = (weights[largest] ?? 0) + missing;
  return { start, weights };
}
