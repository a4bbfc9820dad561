import { expect, test } from '@playwright/test';
import type { TimelineCut } from '../../src/protocol/broadcast.ts';
import { ingest, pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../helpers/origin.ts';
import { publish } from '../helpers/publisher.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

const HOLE = { fromPart: 60, toPart: 200 };

test('CUT a declared hole: who watches crosses it without a reload, the timeline shows it, and a seek into it lands behind it', async ({
  page,
}) => {
  const origin = await startOrigin();
  const publisher = await publish({
    origin: origin.url,
    heights: [360],
    pastSeconds: 40,
    treat: (_, part) => (HOLE.fromPart <= part && part < HOLE.toPart ? 'drop' : 'send'),
  });
  await publisher.reached(39);
  const cut: TimelineCut = { ...HOLE, tracks: publisher.tracks.map((track) => track.id) };
  const declared = await fetch(origin.url + ingest.cuts(publisher.id), {
    method: 'POST',
    headers: { Authorization: `Bearer ${publisher.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(cut),
  });
  expect(declared.status).toBe(200);

  await page.goto(`${origin.url}${pages.watch(publisher.id)}?t=3`);
  await untilPlaying(page, 1);
  await page.evaluate(() => {
    document.documentElement.dataset['loaded'] = 'once';
  });
  const positionS = async () => (await videoState(page)).positionS;
  expect(await positionS()).toBeLessThan(6);
  await expect.poll(positionS).toBeGreaterThan(21);
  expect(await page.evaluate(() => document.documentElement.dataset['loaded'])).toBe('once');

  const gap = page.getByRole('list', { name: 'Nothing was recorded' });
  await expect(gap).toHaveText('from 6 seconds to 20 seconds');
  const bar = page.getByRole('slider', { name: 'Seek' });
  const box = await bar.boundingBox();
  const endMs = Number(await bar.getAttribute('max'));
  if (box === null) throw new Error('the seek bar is not shown');
  const middle = { x: box.x + (box.width * 12_000) / endMs, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await expect(page.getByText('Nothing was recorded here')).toBeVisible();
  await page.mouse.click(middle.x, middle.y);
  await expect.poll(positionS).toBeGreaterThanOrEqual(20);
  expect(await positionS()).toBeLessThan(24);
  await publisher.end();
  await origin.stop();
});
