import { GOP_FRAMES, type LadderRung } from './rungs.ts';

export type X264Preset = 'ultrafast' | 'veryfast' | 'veryfast-live';

/**
 * The arguments for native ffmpeg and for ffmpeg.wasm alike: one decode, split, scale, three encoders. ultrafast with
 * zerolatency as a live encoder runs it; veryfast with its look-ahead and B-frames, as the anchor of quality, and as a
 * live encoder runs it, without them.
 */
export function ladderArguments(
  source: string,
  outputs: readonly string[],
  rungs: readonly LadderRung[],
  frames: number,
  preset: X264Preset,
): string[] {
  const split = `[0:v]split=${rungs.length}${rungs.map((_, i) => `[s${i}]`).join('')}`;
  const scaled = rungs.map(({ width, height }, i) => `[s${i}]scale=${width}:${height}[v${i}]`);
  const tune = preset === 'veryfast' ? [] : ['-tune', 'zerolatency'];
  return [
    '-i',
    source,
    '-filter_complex',
    [split, ...scaled].join(';'),
    ...rungs.flatMap(({ bitrateBps }, i) => [
      '-map',
      `[v${i}]`,
      '-frames:v',
      `${frames}`,
      '-c:v',
      'libx264',
      '-preset',
      preset.replace('-live', ''),
      ...tune,
      '-b:v',
      `${bitrateBps}`,
      '-maxrate',
      `${bitrateBps}`,
      '-bufsize',
      `${bitrateBps}`,
      '-g',
      `${GOP_FRAMES}`,
      '-keyint_min',
      `${GOP_FRAMES}`,
      '-sc_threshold',
      '0',
      outputs[i] ?? '',
    ]),
  ]; // prettier-ignore
}
