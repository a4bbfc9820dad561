import type { OriginContext } from './context.ts';
import { isStatic } from './lifecycle.ts';

const HOUSEKEEPING_MS = 3600_000;
const SWEEP_MS = 60_000;

type Rooms = Pick<OriginContext, 'registry' | 'accounts' | 'lending' | 'liveHelp' | 'keeper'>;

/** Forgets, gives up and deletes what is due. */
export async function housekeep({ registry, accounts, lending, liveHelp, keeper }: Rooms): Promise<void> {
  await registry.forgetOldReservations();
  await registry.expireEnded();
  await accounts.housekeep();
  const records = new Map(registry.records().map((record) => [record.id, record]));
  await lending.housekeep((id) => records.get(id));
  liveHelp.housekeep((id) => isStatic(records.get(id)?.state ?? 'sealed'));
  // What helpers were making again when the origin was restarted is made by nobody now.
  for (const broadcast of registry.open())
    if (broadcast.record.state === 'ended' && liveHelp.find(broadcast.record.id) === undefined) broadcast.heard();
  await keeper.sweep();
}

/** Does that every hour, and looks at the storage now and every minute. The answer ends both. */
export function keepHouse(rooms: Rooms, onError: (error: unknown, what: string) => void): () => void {
  const sweep = (): void => {
    rooms.keeper.sweep().catch((error: unknown) => onError(error, 'looking at the storage failed'));
  };
  const hourly = setInterval(() => {
    housekeep(rooms).catch((error: unknown) => onError(error, 'housekeeping failed'));
  }, HOUSEKEEPING_MS);
  const minutely = setInterval(sweep, SWEEP_MS);
  for (const timer of [hourly, minutely]) timer.unref();
  sweep();
  return () => {
    clearInterval(hourly);
    clearInterval(minutely);
  };
}
