import { DEEP_FRAMES, judgeTrial, PROMPT_FRAMES } from '../src/encode/encoder-trial.ts';
import { within } from '../src/lib/within.ts';
import type { EncoderSource, UsableTrial } from './picture-encoder.ts';

/** What `source` of a trial is set up for. */
export const TRIAL_TASK = { width: 320, height: 240, bitrateBps: 300_000, frameRate: 30 } as const;
/** A prompt encoder on a busy machine answers within this. */
const PATIENCE_MS = 1_000;
const STEP_MS = 30;
/** For what it holds at the end. */
const FLUSH_WITHIN_MS = 10_000;

const verdicts = new Map<string, Promise<UsableTrial | undefined>>();

/**
 * Encodes some small pictures and looks at what comes out and when: what browsers claim is not always so. Firefox with
 * x264 holds 40 pictures and reorders them whatever is asked. Tried once for each name.
 */
export function tryEncoder(name: string, source: () => EncoderSource): Promise<UsableTrial | undefined> {
  const known = verdicts.get(name) ?? runTrial(source());
  verdicts.set(name, known);
  return known;
}

async function runTrial(source: EncoderSource): Promise<UsableTrial | undefined> {
  const order: number[] = [];
  let sent = 0;
  let sentAtFirst: number | undefined;
  let hasFailed = false;
  let onOutput: () => void = () => undefined;
  try {
    const encoder = await source.create({
      onConfig: () => undefined,
      onFrame: (slot) => {
        sentAtFirst ??= sent;
        order.push(slot);
        onOutput();
      },
      onFailure: () => {
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
    const { width, height, frameRate } = TRIAL_TASK;
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    const send = (): void => {
      data.fill(40 + ((sent * 37) % 160), 0, width * height);
      const timestamp = Math.round((sent * 1_000_000) / frameRate);
      const frame = new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp });
      try {
        encoder.encode(frame, sent, sent === 0);
        sent++;
      } finally {
        frame.close();
      }
    };
    try {
      while (sent < PROMPT_FRAMES && !hasFailed) send();
      await untilOutput(PATIENCE_MS);
      while (sentAtFirst === undefined && sent < DEEP_FRAMES && !hasFailed) {
        send();
        await untilOutput(STEP_MS);
      }
      await within(encoder.flush(), FLUSH_WITHIN_MS, () => new Error('the encoder keeps what it was given'));
      const verdict = judgeTrial(sentAtFirst, order);
      return verdict.kind === 'usable' && !hasFailed ? verdict : undefined;
    } finally {
      encoder.close();
    }
  } catch {
    return undefined;
  }
}
