import { type EncoderName, rungsFor } from '../src/encode/encoder-choice.ts';
import type { Rung, RungSpeed } from '../src/encode/ladder.ts';
import { startLimitMs, stuckAt } from '../src/encode/start-steps.ts';
import { within } from '../src/lib/within.ts';
import type { FrameRate } from '../src/protocol/grid.ts';
import { EncodeCore } from './encode-core.ts';
import type { EncoderMeasure } from './messages.ts';

const IN_FLIGHT = 4;
const GOP_SECONDS = 2;

export interface EncoderProbePlan {
  readonly rungs: readonly Rung[];
  readonly frameRate: FrameRate;
  /** To be tried, best first. */
  readonly encoders: readonly EncoderName[];
  /** For all rungs together. */
  readonly forMs: number;
}

/**
 * Encodes moving noise at every rung for so long in all and counts. Rejects with StageError `no_encoder`,
 * `no_fallback` or `encoder_silent`. The source has the size of the top rung, so scaling is part of what is measured.
 */
export async function probeEncoder(
  { rungs, frameRate, encoders, forMs }: EncoderProbePlan,
  onProgress: (progress: number) => void,
): Promise<EncoderMeasure> {
  const [top] = rungs;
  if (top === undefined) return { encoder: 'webcodecs', speeds: [], heldFrames: 0 };
  const pictures = noisePictures(top.width, top.height);
  const speeds: RungSpeed[] = [];
  let encoder: EncoderName = 'webcodecs';
  let heldFrames = 0;
  try {
    // The first that works makes all: the rungs that are too much for it are not even measured.
    for (const rung of rungs) {
      if (!rungsFor(encoder, rungs).includes(rung)) continue;
      const measured = await measure(rung, pictures, frameRate, { encoders, forMs: forMs / rungs.length });
      encoder = measured.encoder;
      heldFrames = Math.max(heldFrames, measured.heldFrames);
      if (rungsFor(encoder, rungs).includes(rung)) speeds.push({ height: rung.height, fps: measured.fps });
      onProgress((rungs.indexOf(rung) + 1) / rungs.length);
    }
  } finally {
    for (const picture of pictures) picture.close();
  }
  return { encoder, speeds, heldFrames };
}

async function measure(
  rung: Rung,
  pictures: readonly VideoFrame[],
  frameRate: FrameRate,
  { encoders, forMs }: { readonly encoders: readonly EncoderName[]; readonly forMs: number },
): Promise<{ readonly fps: number; readonly heldFrames: number; readonly encoder: EncoderName }> {
  let out = 0;
  let failed = false;
  const core = await EncodeCore.open(
    {
      renditions: [{ ...rung, track: `v${rung.height}` }],
      frameRate,
      gopSeconds: GOP_SECONDS,
      latencyMode: 'realtime',
      encoders,
    },
    {
      onConfig: () => {},
      onFrame: () => {
        out++;
      },
      onLost: () => {},
      onError: () => {
        failed = true;
      },
    },
  );
  try {
    const startedAt = performance.now();
    let slot = 0;
    while (performance.now() - startedAt < forMs && !failed) {
      const picture = pictures[slot % pictures.length];
      if (picture !== undefined) core.encode(picture, slot, slot === 0);
      slot++;
      await within(core.ready(IN_FLIGHT), startLimitMs('frames'), () => stuckAt('frames'));
    }
    await within(core.flush(), startLimitMs('frames'), () => stuckAt('frames'));
    const fps = failed ? 0 : (out * 1000) / (performance.now() - startedAt);
    return { fps, heldFrames: core.heldFrames, encoder: core.encoder };
  } finally {
    core.close();
  }
}

/** Four pictures of a moving texture: flat ones would be encoded in no time and prove nothing. */
function noisePictures(width: number, height: number): VideoFrame[] {
  const bytes = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
  return [0, 1, 2, 3].map((index) => {
    const data = new Uint8Array(bytes).fill(128);
    let seed = 1;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if ((x & 3) === 0) seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        const wave = ((x + index * 6) ^ (y + index * 2)) & 63;
        data[y * width + x] = 64 + wave + (seed >>> 27);
      }
    }
    return new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
  });
}
