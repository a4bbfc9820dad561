import type { LadderPressure } from '../src/encode/live-ladder.ts';
import { StageError } from '../src/protocol/errors.ts';
import { FRAME_RATES } from '../src/protocol/grid.ts';
import { probeEncoder } from './encoder-probe.ts';
import { LiveSession } from './live-session.ts';
import { OriginClock } from './local-clock.ts';
import type {
  EngineToUpload,
  FromEngine,
  LivePlan,
  PcmBlock,
  ResumePoint,
  ToEngine,
  UploadToEngine,
} from './messages.ts';
import { makeSlate } from './picture.ts';
import { PictureTaker } from './picture-taker.ts';
import { VideoPump } from './video-pump.ts';

const STATS_EVERY_MS = 1_000;

const clock = new OriginClock();
const pump = new VideoPump((picture, captured) => {
  if (session === undefined || isCameraOff || plan === undefined) picture.close();
  else session.pushPicture(picture, captured);
});
let uploadPort: MessagePort | undefined;
let audioPort: MessagePort | undefined;
let pictures: PictureTaker | undefined;
let session: LiveSession | undefined;
let plan: LivePlan | undefined;
let line: LadderPressure['line'] = 'free';
let isCameraOff = false;
let isMuted = false;
let hasCamera = false;
let timers: ReturnType<typeof setTimeout>[] = [];

const post = (message: FromEngine): void => self.postMessage(message);

function fail(cause: unknown): void {
  const error =
    cause instanceof StageError
      ? cause
      : new StageError('encode', 'engine_failed', 'Encoding stopped for an unknown reason. Reload the page.', {
          cause,
        });
  post({ kind: 'failed', error: { code: error.code, message: error.message } });
}

function send(message: EngineToUpload, transfer: Transferable[]): void {
  uploadPort?.postMessage(message, transfer);
}

self.onmessage = (event: MessageEvent<ToEngine>): void => {
  handle(event.data).catch(fail);
};

async function handle(message: ToEngine): Promise<void> {
  switch (message.kind) {
    case 'open':
      uploadPort = message.uploadPort;
      uploadPort.onmessage = (event: MessageEvent<UploadToEngine>) => {
        if (event.data.kind === 'clock') clock.correct(event.data.offsetMs);
        else line = event.data.line;
      };
      break;
    case 'video-source':
      hasCamera = true;
      pump.run(message.frames).catch(rejectCamera);
      break;
    case 'audio-source':
      audioPort?.close();
      audioPort = message.blocks;
      session?.resetSound();
      audioPort.onmessage = (block: MessageEvent<PcmBlock>) => session?.pushSound(block.data);
      break;
    case 'source-lost':
      if (message.media === 'video') {
        hasCamera = false;
        await pump.stop();
        showSlate();
      } else {
        audioPort?.close();
        audioPort = undefined;
      }
      break;
    case 'probe': {
      const frameRate = FRAME_RATES.find((rate) => rate === message.frameRate) ?? 30;
      const onProgress = (progress: number): void => post({ kind: 'probe-progress', progress });
      post({ kind: 'probed', speeds: await probeEncoder(message.rungs, frameRate, onProgress) });
      break;
    }
    case 'go-live':
      await goLive(message.plan, message.resume);
      break;
    case 'mute':
      isMuted = message.isMuted;
      if (session !== undefined) session.isMuted = isMuted;
      break;
    case 'camera-off':
      isCameraOff = message.isOff;
      if (isCameraOff) showSlate();
      break;
    case 'end':
      await end();
      break;
  }
}

async function goLive(wanted: LivePlan, resume: ResumePoint | undefined): Promise<void> {
  const opening = new LiveSession({
    plan: wanted,
    resume,
    clock,
    send,
    onStarted: (startedAtMs) => post({ kind: 'started', startedAtMs }),
    onLadder: (ladder) => post({ kind: 'ladder', ladder }),
    onError: fail,
  });
  await opening.open();
  opening.isMuted = isMuted;
  session = opening;
  plan = wanted;
  pictures = new PictureTaker({
    ladderBps: wanted.rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, wanted.audioBps),
    snapshot: () => session?.snapshot(),
    onPoster: (jpeg) => send({ kind: 'poster', jpeg }, [jpeg]),
    onStrip: (segment, jpeg) => send({ kind: 'strip', segment, jpeg }, [jpeg]),
  });
  if (isCameraOff || !hasCamera) showSlate();
  else if (resume !== undefined) showSlate('One moment…');
  const tick = (): void => {
    if (session === undefined) return;
    timers[0] = setTimeout(tick, session.tick());
    const { mediaMs } = session;
    if (mediaMs !== undefined) pictures?.tick(mediaMs);
  };
  timers = [setTimeout(tick, 0)];
  const look = (): void => {
    session?.balance(line);
    post({ kind: 'stats', renditions: session?.takeStats() ?? [] });
  };
  timers.push(setInterval(look, STATS_EVERY_MS));
}

function rejectCamera(cause: unknown): void {
  if (!(cause instanceof StageError)) {
    fail(cause);
    return;
  }
  hasCamera = false;
  showSlate();
  pump.stop().catch(fail);
  post({ kind: 'camera-unusable', error: cause.toWire() });
}

function showSlate(text = 'The camera is off'): void {
  const [top] = plan?.rungs ?? [];
  if (session === undefined || top === undefined) return;
  session.replacePicture(makeSlate(top.width, top.height, text, pump.colorSpace));
}

async function end(): Promise<void> {
  const ending = session;
  if (ending === undefined) return;
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  session = undefined;
  const [durationMs] = await Promise.all([ending.end(), pictures?.close()]);
  post({ kind: 'ended', durationMs });
}
