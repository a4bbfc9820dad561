export interface Point {
  readonly atS: number;
  readonly value: number;
}

export interface Trend {
  readonly mean: number;
  readonly perHour: number;
  /** Twice the standard error of `perHour`: a slope that is smaller than this is noise. */
  readonly noisePerHour: number;
}

/** A straight line through the points by least squares; undefined for fewer than three. */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const meanOf = (pick: (point: Point) => number): number => points.reduce((sum, one) => sum + pick(one), 0) / count;
  const meanS = meanOf(({ atS }) => atS);
  const mean = meanOf(({ value }) => value);
  const spread = points.reduce((sum, { atS }) => sum + (atS - meanS) ** 2, 0);
  const slope = points.reduce((sum, { atS, value }) => sum + (atS - meanS) * (value - mean), 0) / spread;
  const left = points.reduce((sum, { atS, value }) => sum + (value - mean - slope * (atS - meanS)) ** 2, 0);
  const error = Math.sqrt(left / (count - 2) / spread);
  return { mean, perHour: slope * 3600, noisePerHour: 2 * error * 3600 };
}
