import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ffmpeg } from './ffmpeg.ts';
import { FRAME_RATE, type LadderRung } from './rungs.ts';

/** One rendition of one contestant: a file and the number of the track inside it. */
export interface Made {
  readonly file: string;
  readonly track: number;
}

export interface FrameQuality {
  /** Mean squared error of luma. */
  readonly mse: number;
  /** SSIM of luma, 0 to 1. */
  readonly ssim: number;
}

/**
 * Every frame of every rendition against the source at the rendition's size. The source is brought to that size with
 * Lanczos, which is neither what ffmpeg scales with by itself (bicubic) nor what a browser does.
 */
export function measureFrames(
  source: string,
  made: readonly Made[],
  rungs: readonly LadderRung[],
  frames: number,
  folder: string,
): FrameQuality[][] {
  const inOrder = `settb=1/${FRAME_RATE},setpts=N,trim=end_frame=${frames}`;
  const logs = made.map((_, i) => ({ psnr: `psnr-${i}.log`, ssim: `ssim-${i}.log` }));
  const graph = [
    `[0:v]${inOrder},split=${made.length}${made.map((_, i) => `[s${i}]`).join('')}`,
    ...made.flatMap(({ track }, i) => [
      `[s${i}]scale=${rungs[i]?.width}:${rungs[i]?.height}:flags=lanczos+accurate_rnd,format=yuv420p,split[r${i}][q${i}]`,
      `[${i + 1}:v:${track}]${inOrder},format=yuv420p,split[d${i}][e${i}]`,
      `[d${i}][r${i}]psnr=stats_file=${join(folder, logs[i]?.psnr ?? '')}[p${i}]`,
      `[e${i}][q${i}]ssim=stats_file=${join(folder, logs[i]?.ssim ?? '')}[m${i}]`,
    ]),
  ].join(';');
  const sinks = made.flatMap((_, i) => ['-map', `[p${i}]`, '-f', 'null', '-', '-map', `[m${i}]`, '-f', 'null', '-']);
  const inputs = ['-i', source, ...made.flatMap(({ file }) => ['-i', file])];
  ffmpeg([...inputs, '-filter_complex', graph, ...sinks]);
  return logs.map(({ psnr, ssim }) => {
    const errors = numbersOf(join(folder, psnr), /mse_y:([\d.]+)/);
    const similarities = numbersOf(join(folder, ssim), /Y:([\d.]+)/);
    return errors.map((mse, i) => ({ mse, ssim: similarities[i] ?? 0 }));
  });
}

function numbersOf(file: string, pattern: RegExp): number[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).map(Number);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Decibels, from the mean error over all frames, so that a few bad frames are not hidden by many good ones. */
export const psnrOf = (frames: readonly FrameQuality[]): number =>
  10 * Math.log10(255 ** 2 / mean(frames.map(({ mse }) => mse)));

export const ssimOf = (frames: readonly FrameQuality[]): number => mean(frames.map(({ ssim }) => ssim));
