import { FRAME_RATES, type FrameRate } from '../protocol/grid.ts';

/** The grid's frame rate for a camera: its own when the grid has it, 30 when it has not. Never above `most`. */
export function frameRateFor(cameraFps: number | undefined, most: FrameRate = 30): FrameRate {
  const exact = FRAME_RATES.find((rate) => rate <= most && Math.abs(rate - (cameraFps ?? 0)) < 0.6);
  return exact ?? most;
}
