import type { Cell } from '../shared/report.ts';
import type { Contestant } from './contestants.ts';
import { median, pairedRatio, type Run, spread } from './measure.ts';
import { mediaBytes } from './media-bytes.ts';
import { type FrameQuality, measureFrames, psnrOf, ssimOf } from './quality.ts';
import { FRAME_RATE, RUNGS } from './rungs.ts';

type Row = Readonly<Record<string, Cell>>;

const ENGINE = 'engine';
const SPEED_ANCHOR = 'native-ultrafast';
const QUALITY_ANCHOR = 'native-veryfast';

/** Times the frames a second of the other contestant that ours must reach. */
const SPEED_GOALS = [
  { id: SPEED_ANCHOR, times: 1 },
  { id: 'mediabunny', times: 5 },
  { id: 'wasm', times: 4 },
] as const;
const QUALITY_GOAL_DB = -0.5;

/** Frames a second, rates, PSNR and SSIM of all contestants, and which goals are met. */
export function summarise(
  contestants: readonly Contestant[],
  runs: ReadonlyMap<string, readonly Run[]>,
  clip: string,
  folder: string,
): { rows: Row[]; goals: Row[]; contestantResults: unknown[] } {
  const speeds = (id: string): number[] => (runs.get(id) ?? []).map(({ fps }) => fps);
  const qualities = new Map<string, FrameQuality[][]>(
    contestants.map(({ id, made, frames }) => [id, measureFrames(clip, made, RUNGS, frames, folder)]),
  );
  const rows: Row[] = [];
  const contestantResults = contestants.map(({ id, label, frames, made }) => {
    const anchor = qualities.get(QUALITY_ANCHOR);
    const fps = median(speeds(id));
    const ratio = pairedRatio(speeds(id), speeds(SPEED_ANCHOR));
    const processor = (runs.get(id) ?? []).flatMap((run) => run.processorSeconds ?? []);
    const others = (runs.get(id) ?? []).map((run) => run.othersShare ?? Number.NaN);
    const renditions = RUNGS.map((rung, i) => {
      const quality = qualities.get(id)?.[i] ?? [];
      const psnrDb = psnrOf(quality);
      const file = made[i];
      return {
        height: rung.height,
        askedBps: rung.bitrateBps,
        actualBps: file === undefined ? 0 : Math.round((mediaBytes(file, frames) * 8 * FRAME_RATE) / frames),
        frames: quality.length,
        psnrDb,
        ssim: ssimOf(quality),
        againstVeryfastDb: psnrDb - psnrOf((anchor?.[i] ?? []).slice(0, quality.length)),
      };
    });
    for (const [i, rendition] of renditions.entries()) {
      rows.push({
        contestant: i === 0 ? label : '',
        'frames/s': i === 0 ? fps : '',
        spread: i === 0 ? `±${Math.round(spread(speeds(id)) * 100)} %` : '',
        'x ultrafast': i === 0 ? ratio : '',
        'CPU ms/frame': i > 0 ? '' : processor.length === 0 ? null : (median(processor) * 1000) / frames,
        'others took': i > 0 ? '' : `${Math.round(median(others) * 100)} %`,
        rendition: `${rendition.height}p`,
        'kb/s asked': Math.round(rendition.askedBps / 1000),
        'kb/s made': Math.round(rendition.actualBps / 1000),
        'PSNR dB': rendition.psnrDb.toFixed(2),
        SSIM: rendition.ssim.toFixed(4),
        'dB to veryfast': rendition.againstVeryfastDb.toFixed(2),
      });
    }
    return { id, label, frames, fps, ratioToUltrafast: ratio, runs: runs.get(id) ?? [], renditions };
  });
  const ours = contestantResults.find(({ id }) => id === ENGINE);
  const speedGoals = SPEED_GOALS.filter(({ id }) => runs.has(id)).map(({ id, times }): Row => {
    const ratio = pairedRatio(speeds(ENGINE), speeds(id));
    const label = contestants.find((contestant) => contestant.id === id)?.label ?? id;
    return {
      goal: `speed against ${label}`,
      wanted: `${times.toFixed(1)} x`,
      got: `${ratio.toFixed(2)} x`,
      met: ratio >= times ? 'yes' : 'no',
    };
  });
  const worstDb = Math.min(...(ours?.renditions ?? []).map(({ againstVeryfastDb }) => againstVeryfastDb));
  const goals = [
    ...speedGoals,
    {
      goal: 'PSNR against x264 veryfast, worst rendition',
      wanted: `${QUALITY_GOAL_DB} dB`,
      got: `${worstDb.toFixed(2)} dB`,
      met: worstDb >= QUALITY_GOAL_DB ? 'yes' : 'no',
    },
  ];
  return { rows, goals, contestantResults };
}
