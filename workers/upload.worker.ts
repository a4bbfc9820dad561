import { StageError } from '../src/protocol/errors.ts';
import type { EngineToUpload, FromUpload, ToUpload, UploadToEngine } from './messages.ts';
import { type OpenedSpool, openSpool } from './open-spool.ts';
import { removeOpfsFolder } from './opfs-folder.ts';
import { OriginClient } from './origin-client.ts';
import { probeUplink } from './uplink-probe.ts';
import { UploadMeter } from './upload-stats.ts';
import { type BroadcastStart, Uploader } from './uploader.ts';

const CLOCK_EVERY_MS = 60_000;
const CLOCK_RETRY_MS = 2_000;
const STATS_EVERY_MS = 1_000;

const meter = new UploadMeter();
let client: OriginClient | undefined;
let enginePort: MessagePort | undefined;
let broadcastId = '';
let uploader: Uploader | undefined;
/** Parts that come while the spool is being opened wait for it, in order. */
let opening: Promise<Uploader> | undefined;

const post = (message: FromUpload): void => self.postMessage(message);

function fail(cause: unknown): void {
  const error =
    cause instanceof StageError
      ? cause
      : new StageError('upload', 'upload_failed', 'Sending stopped for an unknown reason. Reload the page.', { cause });
  post({ kind: 'failed', error: { code: error.code, message: error.message } });
}

self.onmessage = (event: MessageEvent<ToUpload>): void => {
  const message = event.data;
  switch (message.kind) {
    case 'open':
      client = new OriginClient(message.baseUrl);
      enginePort = message.enginePort;
      enginePort.onmessage = (one: MessageEvent<EngineToUpload>) => fromEngine(one.data);
      keepTime(client).catch(fail);
      break;
    case 'broadcast':
      broadcastId = message.id;
      client?.use(message.id, message.token);
      break;
    case 'probe':
      if (client === undefined) break;
      probeUplink(client, (progress) => post({ kind: 'probe-progress', progress })).then(
        (uplinkBps) => post({ kind: 'probed', uplinkBps }),
        fail,
      );
      break;
  }
};

function fromEngine(message: EngineToUpload): void {
  if (client === undefined) return;
  switch (message.kind) {
    case 'start':
      opening = startUpload(client, broadcastId, message);
      opening.then((started) => started.begin()).catch(fail);
      break;
    case 'part':
      meter.samples(message.sampleBytes);
      opening?.then((started) => started.add({ track: message.track, part: message.part }, message.bytes)).catch(fail);
      break;
    case 'poster':
      // A list without a fresh picture is not worth a retry.
      client.putPoster(message.jpeg).catch(() => undefined);
      break;
    case 'end':
      opening?.then((started) => started.end(message.endParts)).catch(fail);
      break;
  }
}

async function startUpload(origin: OriginClient, id: string, start: BroadcastStart): Promise<Uploader> {
  const { spool, safety } = await openSpool(id, start.request.grid.partsPerSegment);
  post({ kind: 'spool', safety });
  uploader = new Uploader({
    client: origin,
    meter,
    spool,
    start,
    events: {
      onConfirmed: () => post({ kind: 'confirmed' }),
      onEnded: () => void forgetAll(id, { spool, safety }),
      onFailed: (error) => {
        void spool.close();
        fail(error);
      },
    },
  });
  return uploader;
}

/** The origin has everything: nothing of the broadcast stays in this browser. */
async function forgetAll(id: string, { spool, safety }: OpenedSpool): Promise<void> {
  uploader = undefined;
  await spool.close();
  if (safety.where === 'disk') await removeOpfsFolder(id).catch(() => undefined);
  post({ kind: 'ended' });
}

/** Asks the origin's time now and every minute, and tells the engine. */
async function keepTime(origin: OriginClient): Promise<never> {
  for (;;) {
    const estimate = await origin.clock();
    if (estimate !== undefined) {
      const message: UploadToEngine = { kind: 'clock', offsetMs: estimate.offsetMs };
      enginePort?.postMessage(message);
    }
    const waitMs = estimate === undefined ? CLOCK_RETRY_MS : CLOCK_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

self.addEventListener('online', () => uploader?.hurry());

setInterval(() => {
  if (uploader === undefined) return;
  uploader.secure();
  const { plan } = uploader;
  post({ kind: 'stats', upload: meter.take(plan.backlogMs(), plan.retries, plan.failures) });
}, STATS_EVERY_MS);
