/** The origin's `/metrics`, by name and labels as they stand there. */
export type OwnMetrics = ReadonlyMap<string, number>;

export async function ownMetrics(url: string): Promise<OwnMetrics> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

export const grown = (name: string, before: OwnMetrics, after: OwnMetrics): number =>
  (after.get(name) ?? 0) - (before.get(name) ?? 0);

const BUCKET = /^tabcast_relay_seconds_bucket\{le="(.+)"\}$/;

/**
 * Milliseconds within which the origin had written a tick to all who waited for it, for such a share of the ticks
 * between two looks; between the edges of its buckets it is taken as even. Null without a tick.
 */
export function relayMs(before: OwnMetrics, after: OwnMetrics, share: number): number | null {
  const wanted = share * grown('tabcast_relay_seconds_count', before, after);
  if (wanted === 0) return null;
  let [fromMs, below] = [0, 0];
  for (const name of after.keys()) {
    const edge = BUCKET.exec(name)?.[1];
    if (edge === undefined) continue;
    const count = grown(name, before, after);
    if (edge === '+Inf') break;
    const edgeMs = Number(edge) * 1000;
    if (count >= wanted) return fromMs + ((edgeMs - fromMs) * (wanted - below)) / (count - below);
    [fromMs, below] = [edgeMs, count];
  }
  return fromMs;
}
