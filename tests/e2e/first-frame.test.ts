import { expect } from '@playwright/test';
import { live, pages } from '../../src/protocol/urls.ts';
import { test } from '../helpers/fixtures.ts';
import { publish } from '../helpers/publisher.ts';
import { untilPlaying } from '../helpers/watch.ts';

/** The page's own clock is two hours behind; what it measures with, `performance`, is right as ever. */
const twoHoursBehind = (): void => {
  const RealDate = Date;
  const behind = (): number => RealDate.now() - 2 * 3_600_000;
  window.Date = new Proxy(RealDate, {
    construct: (target, given) => Reflect.construct(target, given.length === 0 ? [behind()] : given) as Date,
    get: (target, name) => (name === 'now' ? behind : Reflect.get(target, name)),
  });
};

test('until the first frame nothing is asked twice, and what is needed is asked for beside the code', async ({
  page,
  origin,
}) => {
  const publisher = await publish({ origin: origin.url, pastSeconds: 6 });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url().slice(origin.url.length)));
  await page.addInitScript(twoHoursBehind);
  const answer = await page.goto(origin.url + pages.watch(publisher.id));
  await untilPlaying(page, 0.2);
  const times = (path: string): number => asked.filter((url) => url.split('?')[0] === path.split('?')[0]).length;
  expect(asked).not.toContain('/time');
  for (const track of publisher.tracks)
    expect([track.id, times(live.init(publisher.id, track.id))]).toEqual([track.id, 1]);
  const at = (path: string): number => asked.findIndex((url) => url.startsWith(path));
  expect(at('/assets/')).toBeLessThan(at(live.manifest(publisher.id, 100)));
  const links = [...((await answer?.headerValue('link')) ?? '').matchAll(/<([^>]+)>/g)].map(([, path]) => path ?? '');
  expect(links.some((path) => path.includes('tabcast-player'))).toBe(true);
  for (const path of links) expect([path, times(path)]).toEqual([path, 1]);
  await publisher.abandon();
});
