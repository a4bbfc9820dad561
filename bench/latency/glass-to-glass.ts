import type { Browser } from '@playwright/test';
import type { GlassRecord } from '../shared/glass.ts';
import { type Cell, percentile } from '../shared/report.ts';
import { type Delivery, openViewer } from '../shared/viewer.ts';

export interface GlassRun {
  readonly url: string;
  readonly id: string;
  readonly delivery: Delivery;
  readonly roundTripMs: number;
  readonly seconds: number;
}

export type GlassRow = Readonly<Record<string, Cell>>;

/** The player may take this long to reach its target before samples count; `first frame` tells how it began. */
const SETTLE_MS = 8000;

/** One viewer for so many seconds; ages of the picture in milliseconds. */
export async function glassToGlass(browser: Browser, run: GlassRun): Promise<GlassRow> {
  const viewer = await openViewer(browser, run.url, run.id, run.delivery);
  try {
    await viewer.page.waitForTimeout(SETTLE_MS + run.seconds * 1000);
    const record = await viewer.record();
    const samples = record.samples.filter(({ atMs }) => atMs > SETTLE_MS);
    const ages = samples.map(({ latencyMs }) => latencyMs);
    const freezes = record.freezes.filter(({ atMs }) => atMs > SETTLE_MS);
    const top = Math.max(...samples.map(({ height }) => height));
    console.log(story(record, run));
    return {
      delivery: run.delivery,
      'round trip': run.roundTripMs,
      p50: percentile(ages, 0.5),
      p95: percentile(ages, 0.95),
      p99: percentile(ages, 0.99),
      'first frame': record.firstFrameAtMs === null ? null : Math.round(record.firstFrameAtMs),
      stalls: record.waits.filter((atMs) => atMs > SETTLE_MS).length,
      'frozen ms': Math.round(freezes.reduce((sum, { lastedMs }) => sum + lastedMs, 0)),
      samples: ages.length,
      height: top,
      'on top %': Math.round((100 * samples.filter(({ height }) => height === top).length) / samples.length),
    };
  } finally {
    await viewer.close();
  }
}

/** When the picture stood and when it changed its height, in seconds of the run: what a row sums up. */
function story({ samples, freezes }: GlassRecord, { delivery, roundTripMs }: GlassRun): string {
  const inS = (atMs: number): string => `${((atMs - SETTLE_MS) / 1000).toFixed(1)} s`;
  const changes = samples.filter(({ height }, index) => height !== samples[index - 1]?.height);
  const moments = [
    ...freezes.map(({ atMs, lastedMs }) => ({ atMs, what: `stands ${Math.round(lastedMs)} ms` })),
    ...changes.map(({ atMs, height }) => ({ atMs, what: `${height}p` })),
  ].sort((a, b) => a.atMs - b.atMs);
  return `${delivery} at ${roundTripMs} ms: ${moments.map(({ atMs, what }) => `${inS(atMs)} ${what}`).join(', ')}`;
}
