import type { Hlc, Position } from '../protocol/positions.ts';

/** Everything that decides between two positions of one broadcast. */
export type Stamped = Pick<Position, 'hlc' | 'device'>;

const writerOf = ({ device }: Stamped): string => `${device.id}.${device.tab}`;

/**
 * A total order, the same on both sides of the wire: the later stamp, and of equal stamps the greater writer. One
 * writer never gives a stamp twice, so what is neither newer nor older is the same write, come twice.
 */
export const isNewer = (a: Stamped, b: Stamped): boolean =>
  a.hlc > b.hlc || (a.hlc === b.hlc && writerOf(a) > writerOf(b));

/** Associative, commutative, idempotent: order, loss and doubles on the way do not matter. */
export const newest = <T extends Stamped>(a: T, b: T): T => (isNewer(b, a) ? b : a);

/** Cleared one by one, or before everything was cleared. */
export const isCleared = (position: Position, clearedHlc: Hlc): boolean =>
  position.state === 'cleared' || position.hlc <= clearedHlc;

/** The newest of every broadcast, tombstones too. */
export function mergeAll(positions: Iterable<Position>): Map<string, Position> {
  const merged = new Map<string, Position>();
  for (const position of positions) {
    const known = merged.get(position.broadcastId);
    merged.set(position.broadcastId, known === undefined ? position : newest(known, position));
  }
  return merged;
}
