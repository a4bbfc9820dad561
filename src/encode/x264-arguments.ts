import type { Rung } from './ladder.ts';

export interface X264Run extends Rung {
  readonly frameRate: number;
  /** A key frame on every frame whose number, counted from `keyPhase` on, is a multiple of this. */
  readonly keyEverySlots: number;
  /** Of the first frame: its slot modulo `keyEverySlots`. The first frame is a key frame whatever it is. */
  readonly keyPhase: number;
}

export const PICTURES_DEVICE = '/pictures';
export const SAMPLES_DEVICE = '/samples';

/**
 * FFmpeg's arguments for one run: I420 pictures in, FLV out, every sample as soon as its picture is in. Never
 * `-fflags nobuffer`: it drops the first picture.
 */
export function x264Arguments({ width, height, bitrateBps, frameRate, keyEverySlots, keyPhase }: X264Run): string[] {
  const bps = String(bitrateBps);
  const groups = [
    ['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'],
    ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${width}x${height}`],
    ['-framerate', String(frameRate), '-i', PICTURES_DEVICE, '-an', '-vsync', '0'],
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
    ['-b:v', bps, '-maxrate', bps, '-bufsize', bps],
    ['-g', String(keyEverySlots), '-keyint_min', '1', '-sc_threshold', '0', '-forced-idr', '1'],
    ['-force_key_frames', `expr:not(mod(n+${keyPhase},${keyEverySlots}))`],
    ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-y', SAMPLES_DEVICE],
  ];
  return groups.flat();
}
