import { within } from '../src/lib/within.ts';
import type { ReservedBroadcast } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import { lostMs } from '../src/spool/give-up.ts';
import { FRESH_LINE, judgeLine } from '../src/upload/slow-line.ts';
import { findLeft, type LeftBroadcast } from './left-broadcast.ts';
import type { EngineToUpload, FromUpload, ToUpload, UploadToEngine } from './messages.ts';
import { OriginClient } from './origin-client.ts';
import { openUpload, type RunningUpload, type UploadContext } from './running-upload.ts';
import { keepSession } from './session-store.ts';
import { StripSender } from './strip-sender.ts';
import { takeOver } from './take-over.ts';
import { probeUplink } from './uplink-probe.ts';
import { UploadMeter } from './upload-stats.ts';

const CLOCK_EVERY_MS = 60_000;
const CLOCK_RETRY_MS = 2_000;
const STATS_EVERY_MS = 1_000;
/** A browser whose stores do not answer broadcasts without them. */
const STORES_WITHIN_MS = 20_000;
const KEEP_WITHIN_MS = 5_000;
const storesSilent = (): Error => new Error('the stores of this browser do not answer');

const meter = new UploadMeter();
let context: UploadContext | undefined;
let enginePort: MessagePort | undefined;
let broadcast: ReservedBroadcast | undefined;
let left: LeftBroadcast | undefined;
/** Parts that come while the spool is being opened wait for it, in order. */
let running: Promise<RunningUpload> | undefined;
/** The same, once it is open. */
let open: RunningUpload | undefined;
let strips: StripSender | undefined;

let lineHistory = FRESH_LINE;

const post = (message: FromUpload): void => self.postMessage(message);
const tellEngine = (message: UploadToEngine): void => enginePort?.postMessage(message);

function fail(cause: unknown): void {
  const error =
    cause instanceof StageError
      ? cause
      : new StageError('upload', 'upload_failed', 'Sending stopped for an unknown reason. Reload the page.', { cause });
  running = undefined;
  open = undefined;
  post({ kind: 'failed', error: { code: error.code, message: error.message } });
}

function begin(opening: Promise<RunningUpload>): void {
  running = opening;
  opening.then((one) => {
    open = one;
  }, fail);
}

self.onmessage = (event: MessageEvent<ToUpload>): void => {
  const message = event.data;
  switch (message.kind) {
    case 'open': {
      const client = new OriginClient(message.baseUrl);
      context = { client, meter, post, fail, spoolBytes: message.spoolBytes };
      // Before the upload is open nothing of the broadcast is there to show pictures of.
      strips = new StripSender(client, () => open?.uploader.plan.backlogMs() ?? Number.POSITIVE_INFINITY);
      enginePort = message.enginePort;
      enginePort.onmessage = (one: MessageEvent<EngineToUpload>) => fromEngine(one.data);
      keepTime(client).catch(fail);
      break;
    }
    case 'broadcast':
      broadcast = message.broadcast;
      context?.client.use(broadcast.id, broadcast.token);
      break;
    case 'recall':
      recall().catch(fail);
      break;
    case 'resume':
    case 'finish':
      if (context !== undefined && left !== undefined) begin(takeOver(context, left.session, message.kind));
      break;
    case 'hurry':
      open?.uploader.hurry();
      break;
    case 'probe':
      if (context === undefined) break;
      probeUplink(context.client, (progress) => post({ kind: 'probe-progress', progress })).then(
        (uplinkBps) => post({ kind: 'probed', uplinkBps }),
        fail,
      );
      break;
  }
};

function fromEngine(message: EngineToUpload): void {
  if (context === undefined) return;
  switch (message.kind) {
    case 'start':
      if (running !== undefined) goOn(running, message);
      else if (broadcast !== undefined) {
        const { request, inits } = message;
        begin(startUpload(context, { broadcast, request, inits, changes: [] }));
      }
      break;
    case 'part':
      meter.samples(message.sampleBytes);
      running
        ?.then(({ uploader }) => uploader.add({ track: message.track, part: message.part }, message.bytes))
        .catch(fail);
      break;
    case 'tracks':
      running?.then(({ uploader }) => uploader.timeline.change(message.change)).catch(fail);
      break;
    case 'poster':
      // A list without a fresh picture is not worth a retry.
      context.client.putPoster(message.jpeg).catch(() => undefined);
      break;
    case 'strip':
      strips?.add(message.segment, message.jpeg);
      break;
    case 'end':
      running?.then(({ uploader }) => uploader.end(message.endParts)).catch(fail);
      break;
  }
}

async function recall(): Promise<void> {
  // A browser whose stores cannot be read has nothing to go on with.
  left =
    context === undefined
      ? undefined
      : await within(findLeft(context.client), STORES_WITHIN_MS, storesSilent).catch(() => undefined);
  post({ kind: 'recalled', found: left?.found });
}

async function startUpload(
  uploading: UploadContext,
  session: Parameters<typeof keepSession>[0],
): Promise<RunningUpload> {
  // A browser that keeps nothing still broadcasts; only a crash of the tab would end it.
  await within(keepSession(session), KEEP_WITHIN_MS, storesSilent).catch(() => undefined);
  const started = await openUpload(uploading, session);
  started.uploader.begin().catch(fail);
  return started;
}

/** The encoders of a broadcast that goes on may be others than those of the tab before. */
function goOn(resumed: Promise<RunningUpload>, { request, inits }: Extract<EngineToUpload, { kind: 'start' }>): void {
  const own = inits.flatMap((init) => {
    const codecs = request.tracks.find(({ id }) => id === init.track)?.codecs;
    return codecs === undefined ? [] : [{ ...init, codecs }];
  });
  resumed.then(({ uploader }) => uploader.timeline.renewInits(own)).catch(fail);
}

/** Asks the origin's time now and every minute, and tells the engine. */
async function keepTime(origin: OriginClient): Promise<never> {
  for (;;) {
    const estimate = await origin.clock();
    if (estimate !== undefined) {
      tellEngine({ kind: 'clock', offsetMs: estimate.offsetMs });
    }
    const waitMs = estimate === undefined ? CLOCK_RETRY_MS : CLOCK_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

self.addEventListener('online', () => open?.uploader.hurry());

setInterval(() => {
  if (open === undefined) return;
  open.uploader.secure();
  void strips?.send();
  const { plan } = open.uploader;
  const { retries, failures } = plan;
  const { silentMs } = meter;
  const sample = { atMs: performance.now(), backlogMs: plan.backlogMs(), failures, silentMs };
  const { history, line } = judgeLine(lineHistory, sample);
  lineHistory = history;
  tellEngine({ kind: 'line', line });
  const facts = {
    backlogMs: plan.backlogMs(),
    retries,
    failures,
    roomMs: open.roomMs(),
    lostMs: lostMs(open.spool.givenUp()),
  };
  post({ kind: 'stats', upload: meter.take(facts) });
}, STATS_EVERY_MS);
