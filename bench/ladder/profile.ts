import type { Page } from '@playwright/test';
import type { Cell } from '../shared/report.ts';
import { runOnPage } from './contestants.ts';
import { ffmpeg } from './ffmpeg.ts';
import { measureRun, type Run } from './measure.ts';
import { RUNGS } from './rungs.ts';

/** Decoding alone, each rendition alone, all together; native decoding and scaling beside it. */
export async function profileEngine(
  page: Page,
  clip: string,
  frames: number,
): Promise<readonly Readonly<Record<string, Cell>>[]> {
  const inBrowser = (rungs: typeof RUNGS): Promise<Run> =>
    measureRun(frames, async () => (await runOnPage(page, 'engine', frames, rungs)).seconds);
  const native = (args: readonly string[]): Promise<Run> =>
    measureRun(frames, () => {
      const startedAt = performance.now();
      ffmpeg(['-i', clip, ...args]);
      return Promise.resolve((performance.now() - startedAt) / 1000);
    });
  const row = (step: string, run: Run, base?: Run) => {
    const ms = (value: number | null | undefined): number | null => (value == null ? null : (value * 1000) / frames);
    const cost = ms(run.processorSeconds);
    const baseCost = ms(base?.processorSeconds);
    return {
      step,
      'frames/s': run.fps,
      'CPU ms/frame': cost,
      'above decoding': base === undefined || cost === null || baseCost === null ? null : cost - baseCost,
    };
  };
  const decoding = await inBrowser([]);
  const rows = [row('decode only', decoding)];
  for (const rung of RUNGS) rows.push(row(`decode and ${rung.height}p`, await inBrowser([rung]), decoding));
  rows.push(row('decode and all three', await inBrowser(RUNGS), decoding));
  const end = ['-frames:v', `${frames}`, '-f', 'null', '-'];
  const nativeDecoding = await native(end);
  rows.push(row('native: decode only', nativeDecoding));
  const scales = RUNGS.map(({ width, height }, i) => `[s${i}]scale=${width}:${height}[v${i}]`).join(';');
  const split = `[0:v]split=${RUNGS.length}${RUNGS.map((_, i) => `[s${i}]`).join('')}`;
  const sinks = RUNGS.flatMap((_, i) => ['-map', `[v${i}]`, ...end]);
  rows.push(
    row('native: decode and scale', await native(['-filter_complex', `${split};${scales}`, ...sinks]), nativeDecoding),
  );
  return rows;
}
