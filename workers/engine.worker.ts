import type { LadderPressure } from '../src/encode/live-ladder.ts';
import { contentOf } from '../src/encode/scene.ts';
import { standstillBetween } from '../src/lib/standstill.ts';
import { StageError, type WireError } from '../src/protocol/errors.ts';
import { FRAME_RATES } from '../src/protocol/grid.ts';
import { probeEncoder } from './encoder-probe.ts';
import { canReadTracks, framesOf } from './frame-stream.ts';
import { LiveSession } from './live-session.ts';
import { clocksNow, OriginClock } from './local-clock.ts';
import type {
  EngineToUpload,
  FromEngine,
  LivePlan,
  PicturePlace,
  ResumePoint,
  ToEngine,
  UploadToEngine,
} from './messages.ts';
import { PictureStage } from './picture-stage.ts';
import { PictureTaker } from './picture-taker.ts';
import { SoundPorts } from './sound-ports.ts';
import { StartWatch } from './start-watch.ts';
import { TestRecorder } from './test-recorder.ts';

const STATS_EVERY_MS = 1_000;
const PAUSED = 'One moment…';

const clock = new OriginClock();
const sounds = new SoundPorts((input, block) => session?.pushSound(input, block));
const stage = new PictureStage({
  onPicture: (picture, captured) => {
    if (session === undefined || isPictureOff) picture.close();
    else session.pushPicture(picture, captured);
  },
  takePeak: () => sounds.takePeak(),
});
const test = new TestRecorder({
  clock,
  content: () => contentOf(stage.scene.kind),
  isBusy: () => session !== undefined,
  begin: (recording, plan) => {
    begin(recording, plan);
    showStanding();
  },
  leave: () => {
    stage.setFrame(undefined);
    return stopSession();
  },
  onProgress: (progress) => post({ kind: 'test-progress', progress }),
  onRecorded: (tracks) => {
    const transfer = tracks.map(({ bytes }) => bytes.buffer);
    self.postMessage({ kind: 'test-recorded', tracks } satisfies FromEngine, { transfer });
  },
  onFailed: (cause) => post({ kind: 'test-failed', error: wireError(cause) }),
});
let uploadPort: MessagePort | undefined;
let pictures: PictureTaker | undefined;
let session: LiveSession | undefined;
let line: LadderPressure['line'] = 'free';
let isPictureOff = false;
let timers: ReturnType<typeof setTimeout>[] = [];

const post = (message: FromEngine): void => self.postMessage(message);

function wireError(cause: unknown): WireError {
  if (cause instanceof StageError) return cause.toWire();
  const sentence = 'Encoding stopped for an unknown reason. Reload the page.';
  return new StageError('encode', 'engine_failed', sentence, { cause }).toWire();
}

const fail = (cause: unknown): void => post({ kind: 'failed', error: wireError(cause) });

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
      post({ kind: 'abilities', readsTracks: canReadTracks() });
      uploadPort.onmessage = (event: MessageEvent<UploadToEngine>) => {
        if (event.data.kind === 'clock') clock.correct(event.data.offsetMs);
        else line = event.data.line;
      };
      break;
    case 'scene':
      await stage.setScene(message.scene);
      session?.setContent(contentOf(message.scene.kind));
      break;
    case 'video-source':
      stage.run(message.place, framesOf(message.source)).catch((cause: unknown) => rejectSource(message.place, cause));
      break;
    case 'audio-source':
      session?.resetSound(message.input);
      sounds.open(message.input, message.blocks);
      break;
    case 'sound-gain':
      sounds.setGain(message.input, message.gain);
      session?.setGain(message.input, message.gain);
      break;
    case 'picture-lost':
      await stage.stop(message.place);
      if (message.place === 'main') showSlate();
      break;
    case 'sound-lost':
      sounds.close(message.input);
      session?.resetSound(message.input);
      break;
    case 'preview':
      stage.setPreview(message.canvas);
      break;
    case 'source-paused':
      showSlate(message.text ?? PAUSED);
      break;
    case 'probe': {
      const frameRate = FRAME_RATES.find((rate) => rate === message.frameRate) ?? 30;
      const onProgress = (progress: number): void => post({ kind: 'probe-progress', progress });
      post({ kind: 'probed', ...(await probeEncoder({ ...message, frameRate }, onProgress)) });
      break;
    }
    case 'record-test':
      await test.record(message.plan, message.durationMs);
      break;
    case 'go-live':
      test.drop();
      await goLive(message.plan, message.resume);
      break;
    case 'picture-off':
      isPictureOff = message.isOff;
      if (isPictureOff) showSlate();
      else showStanding();
      break;
    case 'end':
      await end();
      break;
  }
}

async function goLive(wanted: LivePlan, resume: ResumePoint | undefined): Promise<void> {
  const watch = new StartWatch(
    (step) => post({ kind: 'starting', step }),
    (error) => {
      stopSession()?.close();
      fail(error);
    },
  );
  const opening = new LiveSession({
    plan: wanted,
    resume,
    content: contentOf(stage.scene.kind),
    clock,
    send,
    onFirstPicture: () => watch.enter('frames'),
    onStarted: (startedAtMs) => {
      watch.end();
      post({ kind: 'started', startedAtMs });
    },
    onLadder: (ladder) => post({ kind: 'ladder', ladder }),
    onError: (error) => {
      // What went wrong is told, not that the start takes long because of it.
      watch.end();
      fail(error);
    },
  });
  await watch.open(opening);
  if (watch.isOver) {
    opening.close();
    return;
  }
  watch.enter(resume === undefined ? 'picture' : 'frames');
  begin(opening, wanted);
  pictures = new PictureTaker({
    ladderBps: wanted.rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, wanted.audioBps),
    snapshot: () => session?.snapshot(),
    onPoster: (jpeg) => send({ kind: 'poster', jpeg }, [jpeg]),
    onStrip: (segment, jpeg) => send({ kind: 'strip', segment, jpeg }, [jpeg]),
  });
  if (resume === undefined) showStanding();
  else showSlate(PAUSED);
  let before = clocksNow();
  const tick = (): void => {
    if (session === undefined) return;
    const now = clocksNow();
    const still = standstillBetween(before, now);
    before = now;
    if (still.kind === 'long') stopSession()?.close();
    if (still.kind === 'short') clock.skip(still.skippedMs);
    if (still.kind !== 'none') post({ kind: 'slept', awayMs: still.awayMs, isGivenUp: still.kind === 'long' });
    if (session === undefined) return;
    timers[0] = setTimeout(tick, session.tick());
    const { mediaMs } = session;
    if (mediaMs !== undefined) pictures?.tick(mediaMs);
  };
  timers = [setTimeout(tick, 0)];
  const look = (): void => {
    if (session === undefined) return;
    session.balance(line);
    post({ kind: 'stats', renditions: session.takeStats(), encoder: session.encoder });
  };
  timers.push(setInterval(look, STATS_EVERY_MS));
}

function begin(opening: LiveSession, { rungs: [top] }: LivePlan): void {
  for (const [input, gain] of sounds.gains) opening.setGain(input, gain);
  stage.setFrame(top);
  session = opening;
}

function rejectSource(place: PicturePlace, cause: unknown): void {
  if (!(cause instanceof StageError)) {
    fail(cause);
    return;
  }
  stage.stop(place).catch(fail);
  if (place === 'main') showSlate();
  post({ kind: 'camera-unusable', error: cause.toWire() });
}

function showSlate(text?: string): void {
  if (session !== undefined) session.replacePicture(stage.slate(text));
}

/** What is there now, for a source that may give nothing new for a long time, such as a screen. */
function showStanding(): void {
  const picture = isPictureOff ? undefined : stage.standing();
  // A source that runs and has shown nothing yet is waited for.
  if (picture === undefined && !isPictureOff && stage.isExpecting) return;
  if (picture === undefined) showSlate();
  else if (session === undefined) picture.close();
  else session.replacePicture(picture);
}

/** Nothing more goes in; the session is left to be ended or closed. */
function stopSession(): LiveSession | undefined {
  const stopped = session;
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  session = undefined;
  return stopped;
}

async function end(): Promise<void> {
  const ending = stopSession();
  if (ending === undefined) return;
  const [durationMs] = await Promise.all([ending.end(), pictures?.close()]);
  post({ kind: 'ended', durationMs });
}
