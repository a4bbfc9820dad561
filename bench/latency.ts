import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import { startShaper } from '../tests/helpers/shaper.ts';
import { cutLine } from './latency/cut.ts';
import { firstFrames, firstFramesOfPublished } from './latency/first-frame.ts';
import { type GlassRow, glassToGlass } from './latency/glass-to-glass.ts';
import { seekRandomly } from './latency/seeks.ts';
import { printTable, writeResult } from './shared/report.ts';
import { launchBrowser, rateShares, type StudioRun, startStudioRun, untilMedia } from './shared/studio-run.ts';
import { DELIVERIES, type Delivery } from './shared/viewer.ts';

const HELP = `Glass to glass, a line cut to a fifth, seeks and the first frame, in two real browsers.
  --seconds N    length of each latency run (300)
  --runs N       cuts of the line (20)
  --seeks N      random seeks (200)
  --opens N      openings of the watch page, with and without a studio beside it (20)
  --only LIST    of glass,cut,seek,first
  --deliveries LIST  of ${DELIVERIES.join(',')}
  --round-trips LIST milliseconds; 0 is loopback without a shaper (0,40,80,130)
  --encoder NAME  which encoder the studio uses, webcodecs or wasm (its own choice)
  --not-isolated  the studio shares no memory with its workers, as behind a proxy that drops headers
  --ladder LIST   heights the studio encodes (720,480,360, the ladder of the prototype); own: its own choice
  --parts N       parts to a segment, 100 or 300 (100)`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    runs: { type: 'string', default: '20' },
    seeks: { type: 'string', default: '200' },
    opens: { type: 'string', default: '20' },
    only: { type: 'string', default: 'glass,cut,seek,first' },
    deliveries: { type: 'string', default: DELIVERIES.join() },
    'round-trips': { type: 'string', default: '0,40,80,130' },
    encoder: { type: 'string' },
    'not-isolated': { type: 'boolean', default: false },
    ladder: { type: 'string', default: '720,480,360' },
    parts: { type: 'string', default: '100' },
    help: { type: 'boolean', default: false },
  },
});

const MIN_RATE_SHARE = 0.9;
/** Wide enough for the whole ladder and its bursts, as lines are that watch 720p live. */
const LINE_BPS = 20_000_000;

async function allGlass(run: StudioRun, browser: Browser): Promise<GlassRow[]> {
  const rows: GlassRow[] = [];
  for (const delivery of values.deliveries.split(',') as Delivery[])
    for (const roundTripMs of values['round-trips'].split(',').map(Number)) {
      const shaper =
        roundTripMs === 0 ? undefined : await startShaper(run.origin.url, { roundTripMs, downBps: LINE_BPS });
      const url = shaper?.url ?? run.origin.url;
      const row = await glassToGlass(browser, {
        url,
        id: run.id,
        delivery,
        roundTripMs,
        seconds: Number(values.seconds),
      });
      await shaper?.stop();
      console.log(JSON.stringify(row));
      rows.push(row);
    }
  return rows;
}

async function main(): Promise<void> {
  const only = new Set(values.only.split(','));
  const browser = await launchBrowser();
  const opens = Number(values.opens);
  const first = only.has('first') ? [...(await firstFramesOfPublished(browser, opens))] : [];
  const studioQuery = new URLSearchParams({
    ...(values.encoder === undefined ? {} : { encoder: values.encoder }),
    ...(values.ladder === 'own' ? {} : { ladder: values.ladder }),
    ...(values.parts === '100' ? {} : { parts: values.parts }),
  });
  const run = await startStudioRun({
    width: 1280,
    height: 720,
    frameRate: 30,
    isNotIsolated: values['not-isolated'],
    studioQuery: studioQuery.size === 0 ? '' : `?${studioQuery}`,
  });
  try {
    await untilMedia(run, 21);
    const shares = await rateShares(run, 1);
    console.log(`rates that came out, share of what was asked: ${JSON.stringify(shares)}`);
    if (Object.values(shares).some((share) => share < MIN_RATE_SHARE))
      throw new Error(`a rendition carries under ${MIN_RATE_SHARE * 100} % of its rate: this would measure nothing`);
    const ladder = run.tracks.map(({ id, bitrateBps }) => ({ id, bitrateBps }));
    const glass = only.has('glass') ? await allGlass(run, browser) : [];
    const cuts = only.has('cut') ? await cutLine(browser, run, Number(values.runs)) : undefined;
    const seeks = only.has('seek') ? await seekRandomly(browser, run, Number(values.seeks)) : undefined;
    if (only.has('first'))
      first.push(
        ...(await firstFrames(browser, { url: run.origin.url, id: run.id, beside: 'a studio', count: opens })),
      );
    if (glass.length > 0) printTable(`Glass to glass, ${values.seconds} s each, milliseconds`, glass);
    if (cuts !== undefined) printTable('Line of 8 Mb/s cut to 1.6 for 20 s, 40 ms, milliseconds', [cuts.summary]);
    if (seeks !== undefined) printTable('Seeks in the DVR window, 8 Mb/s, 40 ms, milliseconds', [seeks.summary]);
    if (first.length > 0) printTable('From opening the watch page to its first frame, live, milliseconds', first);
    writeResult('latency', { options: values, shares, ladder, glass, cuts, seeks, first });
  } finally {
    await browser.close();
    await run.stop();
  }
}

if (values.help) console.log(HELP);
else await main();
