import type { Page } from '@playwright/test';
import type { Cell } from '../shared/report.ts';
import { runOnPage } from './contestants.ts';
import { ffmpeg } from './ffmpeg.ts';
import { measureRun, type Run } from './measure.ts';
import type { LadderRung } from './rungs.ts';

/**
 * Decoding alone, each rendition alone, all together; native decoding and scaling beside it. `contestant` says whether
 * every encoder scales by itself.
 */
export async function profileEngine(
  page: Page,
  clip: string,
  frames: number,
  { rungs, contestant }: { readonly rungs: readonly LadderRung[]; readonly contestant: 'engine' | 'engine-scaled' },
): Promise<readonly Readonly<Record<string, Cell>>[]> {
  const inBrowser = (some: readonly LadderRung[]): Promise<Run> =>
    measureRun(frames, async () => (await runOnPage(page, contestant, frames, some)).seconds);
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
  for (const rung of rungs) rows.push(row(`decode and ${rung.height}p`, await inBrowser([rung]), decoding));
  rows.push(row('decode and all of them', await inBrowser(rungs), decoding));
  const end = ['-frames:v', `${frames}`, '-f', 'null', '-'];
  const nativeDecoding = await native(end);
  rows.push(row('native: decode only', nativeDecoding));
  const scales = rungs.map(({ width, height }, i) => `[s${i}]scale=${width}:${height}[v${i}]`).join(';');
  const split = `[0:v]split=${rungs.length}${rungs.map((_, i) => `[s${i}]`).join('')}`;
  const sinks = rungs.flatMap((_, i) => ['-map', `[v${i}]`, ...end]);
  rows.push(
    row('native: decode and scale', await native(['-filter_complex', `${split};${scales}`, ...sinks]), nativeDecoding),
  );
  return rows;
}
