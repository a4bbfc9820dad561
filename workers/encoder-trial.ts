import { DEEP_FRAMES, judgeTrial, PROMPT_FRAMES, type TrialVerdict } from '../src/encode/encoder-trial.ts';

const WIDTH = 320;
const HEIGHT = 240;
const FRAME_RATE = 30;
const BITRATE_BPS = 300_000;
/** A prompt encoder on a busy machine answers within this. */
const PATIENCE_MS = 1_000;
const STEP_MS = 30;

const verdicts = new Map<string, Promise<TrialVerdict>>();

/**
 * Encodes some small pictures and looks at what comes out and when: what browsers claim is not always so. Firefox with
 * x264 holds 40 pictures and reorders them whatever is asked. Tried once for each name.
 */
export function tryEncoder(codec: string, latencyMode: LatencyMode): Promise<TrialVerdict> {
  const key = `${codec} ${latencyMode}`;
  const known = verdicts.get(key) ?? runTrial(codec, latencyMode);
  verdicts.set(key, known);
  return known;
}

async function runTrial(codec: string, latencyMode: LatencyMode): Promise<TrialVerdict> {
  const order: number[] = [];
  let sent = 0;
  let sentAtFirst: number | undefined;
  let hasFailed = false;
  let onOutput: () => void = () => undefined;
  const encoder = new VideoEncoder({
    output: ({ timestamp }) => {
      sentAtFirst ??= sent;
      order.push(Math.round((timestamp * FRAME_RATE) / 1_000_000));
      onOutput();
    },
    error: () => {
      hasFailed = true;
      onOutput();
    },
  });
  const untilOutput = (limitMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      onOutput = () => {
        clearTimeout(timer);
        resolve();
      };
      if (sentAtFirst !== undefined || hasFailed) onOutput();
    });
  const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  const send = (): void => {
    data.fill(40 + ((sent * 37) % 160), 0, WIDTH * HEIGHT);
    const timestamp = Math.round((sent * 1_000_000) / FRAME_RATE);
    const frame = new VideoFrame(data, { format: 'I420', codedWidth: WIDTH, codedHeight: HEIGHT, timestamp });
    try {
      encoder.encode(frame, { keyFrame: sent === 0 });
      sent++;
    } finally {
      frame.close();
    }
  };
  try {
    encoder.configure({
      codec,
      width: WIDTH,
      height: HEIGHT,
      bitrate: BITRATE_BPS,
      framerate: FRAME_RATE,
      latencyMode,
      bitrateMode: 'variable',
      avc: { format: 'avc' },
    });
    while (sent < PROMPT_FRAMES && !hasFailed) send();
    await untilOutput(PATIENCE_MS);
    while (sentAtFirst === undefined && sent < DEEP_FRAMES && !hasFailed) {
      send();
      await untilOutput(STEP_MS);
    }
    await encoder.flush();
    return judgeTrial(sentAtFirst, order);
  } catch {
    return { kind: 'unusable' };
  } finally {
    if (encoder.state !== 'closed') encoder.close();
  }
}
