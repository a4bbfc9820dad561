import type { IngestState } from '../src/protocol/broadcast.ts';
import { partDurationMicros } from '../src/protocol/grid.ts';
import type { Spool } from '../src/spool/spool.ts';
import { unsentParts } from '../src/upload/return-plan.ts';
import type { KeptSession, UnfinishedBroadcast } from '../src/upload/unfinished.ts';
import { holdBroadcast, isHeld } from './broadcast-lock.ts';
import { openSpool } from './open-spool.ts';
import { opfsFolderNames, removeOpfsFolder } from './opfs-folder.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';
import { forgetSession, keptSessions } from './session-store.ts';

export interface LeftBroadcast {
  readonly session: KeptSession;
  readonly found: UnfinishedBroadcast;
}

/** What the origin says about it: gone when nothing more can be sent, unknown while nobody answers. */
type OriginView = { readonly kind: 'gone' } | { readonly kind: 'unknown' } | StateView;
interface StateView {
  readonly kind: 'state';
  readonly state: IngestState;
}

/** The newest broadcast that a tab of this browser left open. What is over for good is cleared away. */
export async function findLeft(client: OriginClient): Promise<LeftBroadcast | undefined> {
  const sessions = await keptSessions();
  await clearFolders(sessions.map((session) => session.broadcast.id));
  for (const session of sessions) {
    const { id, token } = session.broadcast;
    if (await isHeld(id))
      return { session, found: { broadcast: session.broadcast, state: 'elsewhere', unsentMs: undefined } };
    client.use(id, token);
    const view = await askOrigin(client);
    if (view.kind === 'gone') await forgetBroadcast(id);
    else return { session, found: await look(session, view) };
  }
  return undefined;
}

/** Nothing of the broadcast stays in this browser; its spool must be closed. */
export async function forgetBroadcast(id: string): Promise<void> {
  await forgetSession(id);
  await removeOpfsFolder(id).catch(() => undefined);
}

async function askOrigin(client: OriginClient): Promise<OriginView> {
  try {
    const state = await client.state();
    return state.state === 'sealed' ? { kind: 'gone' } : { kind: 'state', state };
  } catch (error) {
    const isRefused = error instanceof OriginRefusal && !error.isRetryable;
    return isRefused ? { kind: 'gone' } : { kind: 'unknown' };
  }
}

async function look(session: KeptSession, view: Exclude<OriginView, { kind: 'gone' }>): Promise<UnfinishedBroadcast> {
  const { broadcast, request } = session;
  const release = await holdBroadcast(broadcast.id);
  try {
    const { spool, safety } = await openSpool(broadcast.id, request.grid.partsPerSegment, undefined);
    const partMs = partDurationMicros(request.grid.partsPerSegment) / 1000;
    // Memory went with its tab: nobody knows what was lost.
    const unsentMs = safety.where === 'disk' ? unsent(spool, view) * partMs : undefined;
    await spool.close();
    if (view.kind === 'unknown') return { broadcast, state: 'open', unsentMs };
    const { state, title } = view.state;
    const isOver = state === 'ended' || state === 'processing';
    return { broadcast: { ...broadcast, title }, state: isOver ? 'over' : 'open', unsentMs };
  } finally {
    release();
  }
}

/** In places on the grid: the parts of all tracks in one of them are one tenth of a second, not four. */
function unsent(spool: Spool, view: Exclude<OriginView, { kind: 'gone' }>): number {
  const stored = view.kind === 'state' ? view.state.stored : {};
  return new Set(unsentParts({ stored }, spool.kept()).map((name) => name.part)).size;
}

/** A folder without a session belongs to a broadcast that is over. */
async function clearFolders(wanted: readonly string[]): Promise<void> {
  for (const name of await opfsFolderNames()) {
    if (wanted.includes(name) || (await isHeld(name))) continue;
    await removeOpfsFolder(name).catch(() => undefined);
  }
}
