import type { Browser } from '@playwright/test';
import { startShaper } from '../../tests/helpers/shaper.ts';
import { type Cell, percentile } from '../shared/report.ts';
import type { StudioRun } from '../shared/studio-run.ts';
import { openViewer } from '../shared/viewer.ts';

const WIDE = { roundTripMs: 40, downBps: 8_000_000 };
const NARROW = { roundTripMs: 40, downBps: 1_600_000 };
const BEFORE_MS = 10_000;
const NARROW_MS = 20_000;
const AFTER_MS = 15_000;
const LASTING_MS = 5000;
/** Latency counts as back when it is within this of what it was before. */
const BACK_WITHIN_MS = 250;

interface CutRun {
  readonly frozenMs: number;
  readonly longestFreezeMs: number;
  /** From the cut to the first smaller picture; null when it never came. */
  readonly downAfterMs: number | null;
  /** From the line's return to the first picture of the height before the cut. */
  readonly upAfterMs: number | null;
  readonly latencyBackAfterMs: number | null;
  readonly peakLatencyMs: number | null;
  readonly isLastingFreeze: boolean;
}

/** 8 Mb/s to 1.6 for 20 s and back, at another place in the segment every time. */
export async function cutLine(
  browser: Browser,
  run: StudioRun,
  count: number,
): Promise<{ summary: Readonly<Record<string, Cell>>; runs: readonly CutRun[] }> {
  const runs: CutRun[] = [];
  for (let i = 0; i < count; i++) {
    const one = await cutOnce(browser, run, (i * 10_000) / count);
    console.log(JSON.stringify(one));
    runs.push(one);
  }
  const of = (pick: (one: CutRun) => number | null): number[] => runs.map(pick).filter((value) => value !== null);
  const middle = (values: readonly number[]): Cell => percentile(values, 0.5);
  const worst = (values: readonly number[]): Cell => (values.length === 0 ? null : Math.max(...values));
  const frozen = of((one) => one.frozenMs);
  const down = of((one) => one.downAfterMs);
  const up = of((one) => one.upAfterMs);
  const back = of((one) => one.latencyBackAfterMs);
  return {
    runs,
    summary: {
      runs: runs.length,
      'frozen p50': middle(frozen),
      'frozen worst': worst(frozen),
      'down p50': middle(down),
      'down worst': worst(down),
      'up p50': middle(up),
      'up worst': worst(up),
      'never up': runs.length - up.length,
      'latency back p50': middle(back),
      'never back': runs.length - back.length,
      'lasting freezes': runs.filter((one) => one.isLastingFreeze).length,
    },
  };
}

async function cutOnce(browser: Browser, run: StudioRun, phaseMs: number): Promise<CutRun> {
  const line = await startShaper(run.origin.url, WIDE);
  const viewer = await openViewer(browser, line.url, run.id, 'feed');
  try {
    const now = (): Promise<number> => viewer.page.evaluate(() => performance.now());
    await viewer.page.waitForTimeout(BEFORE_MS + phaseMs);
    const cutAt = await now();
    line.set(NARROW);
    await viewer.page.waitForTimeout(NARROW_MS);
    const wideAt = await now();
    line.set(WIDE);
    await viewer.page.waitForTimeout(AFTER_MS);
    const endAt = await now();
    const { samples, freezes } = await viewer.record();
    const before = samples.filter(({ atMs }) => atMs > cutAt - 4000 && atMs < cutAt);
    const height = before.at(-1)?.height ?? 0;
    const calmMs =
      percentile(
        before.map(({ latencyMs }) => latencyMs),
        0.5,
      ) ?? 0;
    const after = samples.filter(({ atMs }) => atMs > cutAt);
    const down = after.find((sample) => sample.height < height);
    const up = after.find(({ atMs, height: now }) => atMs > wideAt && now >= height);
    const lastLate = after.findLast(({ latencyMs }) => latencyMs > calmMs + BACK_WITHIN_MS);
    const lastSeenAt = samples.at(-1)?.atMs ?? 0;
    const during = freezes.filter(({ atMs }) => atMs > cutAt - 500);
    const openMs = endAt - lastSeenAt;
    const frozen = [...during.map(({ lastedMs }) => lastedMs), ...(openMs > 1000 ? [openMs] : [])];
    const isBack = lastLate !== undefined && lastLate.atMs < endAt - 1000;
    return {
      frozenMs: Math.round(frozen.reduce((sum, ms) => sum + ms, 0)),
      longestFreezeMs: Math.round(Math.max(0, ...frozen)),
      downAfterMs: down === undefined ? null : Math.round(down.atMs - cutAt),
      upAfterMs: up === undefined ? null : Math.round(up.atMs - wideAt),
      latencyBackAfterMs: lastLate === undefined ? 0 : isBack ? Math.round(Math.max(0, lastLate.atMs - cutAt)) : null,
      peakLatencyMs: after.length === 0 ? null : Math.max(...after.map(({ latencyMs }) => latencyMs)),
      isLastingFreeze: openMs > LASTING_MS,
    };
  } finally {
    await viewer.close();
    await line.stop();
  }
}
