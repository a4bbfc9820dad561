import type { Browser, BrowserContext } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { publish } from '../../tests/helpers/publisher.ts';
import { type GlassRecord, glassScript } from '../shared/glass.ts';
import { type Cell, percentile } from '../shared/report.ts';

export type FirstFrameRow = Readonly<Record<string, Cell>>;

const PAST_SECONDS = 20;

/** A live that costs this machine next to nothing: parts encoded beforehand, sent at their time. */
export async function firstFramesOfPublished(browser: Browser, count: number): Promise<readonly FirstFrameRow[]> {
  const origin = await startOrigin();
  const publisher = await publish({ origin: origin.url, pastSeconds: PAST_SECONDS });
  try {
    await publisher.reached(PAST_SECONDS);
    return await firstFrames(browser, { url: origin.url, id: publisher.id, beside: 'nothing', count });
  } finally {
    await publisher.abandon();
    await origin.stop();
  }
}

export interface FirstFrameRun {
  readonly url: string;
  readonly id: string;
  /** What else this machine does. */
  readonly beside: string;
  readonly count: number;
}

/** From the navigation to the first frame on the screen, by people who have not been here and by the same again. */
export async function firstFrames(browser: Browser, run: FirstFrameRun): Promise<readonly FirstFrameRow[]> {
  const visits = { first: [] as number[], again: [] as number[] };
  for (let i = 0; i < run.count; i++) {
    const context = await browser.newContext({ bypassCSP: true });
    await context.addInitScript(glassScript());
    try {
      visits.first.push(await openOnce(context, run));
      visits.again.push(await openOnce(context, run));
    } finally {
      await context.close();
    }
  }
  return Object.entries(visits).map(([visit, tookMs]) => ({
    beside: run.beside,
    visit,
    p50: percentile(tookMs, 0.5),
    p95: percentile(tookMs, 0.95),
    worst: Math.max(...tookMs),
    opened: tookMs.length,
  }));
}

async function openOnce(context: BrowserContext, { url, id }: FirstFrameRun): Promise<number> {
  const page = await context.newPage();
  try {
    await page.goto(url + pages.watch(id));
    const shown = await page.waitForFunction(
      () => (window as unknown as { tabcastGlass: GlassRecord }).tabcastGlass.firstFrameAtMs,
    );
    return Math.round((await shown.jsonValue()) ?? Number.NaN);
  } finally {
    await page.close();
  }
}
