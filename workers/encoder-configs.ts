import type { RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { DEFAULT_GRID, type FrameRate } from '../src/protocol/grid.ts';
import { EncodeCore, type Rendition } from './encode-core.ts';
import type { MadeConfig } from './segment-maker.ts';

/** What the encoders of this browser say of themselves for these renditions. The picture stays the caller's. */
export async function configsOf(
  picture: VideoFrame,
  plan: Pick<RecordingPlan, 'frameRate'>,
  renditions: readonly Rendition[],
  latencyMode: LatencyMode = 'quality',
): Promise<readonly MadeConfig[]> {
  const configs: MadeConfig[] = [];
  let failure: StageError | undefined;
  const core = await EncodeCore.open(
    { renditions, frameRate: plan.frameRate, gopSeconds: DEFAULT_GRID.gopSeconds, latencyMode },
    {
      onFrame: () => undefined,
      onConfig: (track, avcC, colorSpace) => configs.push({ track, avcC, colorSpace }),
      onLost: () => undefined,
      onError: (_track, error) => {
        failure = error;
      },
    },
  );
  try {
    core.encode(picture, 0, true);
    await core.flush();
  } finally {
    core.close();
  }
  if (failure !== undefined) throw failure;
  return configs;
}

/**
 * The same for one grey picture of the largest of them, so that two browsers that work alike say the same, whatever
 * the video shows.
 */
export async function describeEncoders(
  renditions: readonly Rendition[],
  frameRate: FrameRate,
  latencyMode: LatencyMode,
): Promise<readonly MadeConfig[]> {
  const [top] = renditions;
  if (top === undefined) return [];
  const { width, height } = top;
  const grey = new Uint8Array(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)).fill(128);
  const picture = new VideoFrame(grey, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
  try {
    return await configsOf(picture, { frameRate }, renditions, latencyMode);
  } finally {
    picture.close();
  }
}
