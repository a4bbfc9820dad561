import { within } from '../src/lib/within.ts';
import { StageError } from '../src/protocol/errors.ts';
import { spoolRoomMs } from '../src/spool/budget.ts';
import type { Spool } from '../src/spool/spool.ts';
import type { KeptSession } from '../src/upload/unfinished.ts';
import { holdBroadcast } from './broadcast-lock.ts';
import { forgetBroadcast } from './left-broadcast.ts';
import type { FromUpload } from './messages.ts';
import { openSpool } from './open-spool.ts';
import type { OriginClient } from './origin-client.ts';
import { keepChange } from './session-store.ts';
import type { UploadMeter } from './upload-stats.ts';
import { Uploader } from './uploader.ts';

const SPOOL_WITHIN_MS = 20_000;

const spoolSilent = (): StageError =>
  new StageError(
    'spool',
    'spool_silent',
    'The disk of this browser does not answer. Close other tabs of this page, then reload it.',
  );

/** What every upload of this worker shares. */
export interface UploadContext {
  readonly client: OriginClient;
  readonly meter: UploadMeter;
  readonly post: (message: FromUpload) => void;
  readonly fail: (cause: unknown) => void;
  /** undefined: what the browser gives. */
  readonly spoolBytes: number | undefined;
}

export interface RunningUpload {
  readonly uploader: Uploader;
  readonly spool: Spool;
  /** Media time that still fits into the spool. */
  readonly roomMs: () => number;
  /** Stops; what is kept stays for the next tab. */
  readonly letGo: () => Promise<void>;
}

/** Takes hold of the broadcast and its files. Rejects with StageError `other_tab`. */
export async function openUpload(context: UploadContext, session: KeptSession): Promise<RunningUpload> {
  const { client, meter, post, fail } = context;
  const { id } = session.broadcast;
  const release = await holdBroadcast(id);
  const opening = openSpool(id, session.request.grid.partsPerSegment, context.spoolBytes);
  const { spool, safety } = await within(opening, SPOOL_WITHIN_MS, spoolSilent).catch((cause: unknown) => {
    release();
    throw cause;
  });
  post({ kind: 'spool', safety });
  const letGo = async (): Promise<void> => {
    await spool.close();
    release();
  };
  const uploader = new Uploader({
    client,
    meter,
    spool,
    start: session,
    keepChange: (change) => keepChange(id, change).catch(() => undefined),
    events: {
      onConfirmed: () => post({ kind: 'confirmed' }),
      onEnded: () => {
        letGo()
          .then(() => forgetBroadcast(id))
          .then(() => post({ kind: 'ended' }), fail);
      },
      onFailed: (error) => {
        letGo().then(() => fail(error), fail);
      },
    },
  });
  const ladderBps = session.request.tracks.reduce((sum, track) => sum + track.bitrateBps, 0);
  const roomMs = (): number => spoolRoomMs(safety.budgetBytes - spool.keptBytes(), ladderBps);
  return { uploader, spool, roomMs, letGo };
}
