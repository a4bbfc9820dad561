import type { VideoSample } from 'mediabunny';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What encoders take as it is; more than 8 bits, or transparency, ends some of them. */
const PLAIN_FORMATS: readonly (VideoPixelFormat | null)[] = ['I420', 'NV12', 'I422', 'I444', null];

/**
 * A picture as it is to be shown. Turned, mirrored and unusual ones are drawn at `size`; all others are handed on as
 * they are. The frame is the caller's to close, and `sample` stays the caller's.
 */
export function uprightFrame(sample: VideoSample, size: Size): VideoFrame {
  const format = sample.format as VideoPixelFormat | null;
  if (sample.rotation === 0 && !sample.flip && PLAIN_FORMATS.includes(format)) return sample.toVideoFrame();
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return sample.toVideoFrame();
  sample.draw(context, 0, 0, size.width, size.height);
  return new VideoFrame(canvas, { timestamp: Math.round(sample.timestamp * 1_000_000) });
}
