import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Request } from '@playwright/test';
import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import { api, pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test as base } from '../helpers/fixtures.ts';
import { endStream, goLive } from '../helpers/studio.ts';

/** Another site, on another host and port of this machine; each page of it shows what `?frame=` says. */
const test = base.extend<{ elsewhere: string }>({
  elsewhere: async ({ origin }, use) => {
    const server = createServer((request, response) => {
      const frame = new URL(request.url ?? '', 'http://localhost').searchParams.get('frame') ?? '';
      const safe = frame.startsWith(origin.url) && /^[\w.:/]+$/.test(frame) ? frame : '';
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Elsewhere</title><iframe src="${safe}" width="800" height="600"></iframe>`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await use(`http://localhost:${(server.address() as AddressInfo).port}/`);
    server.closeAllConnections();
    server.close();
  },
});
test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

test('the studio is isolated and in nobody’s frame; the watch page plays in other people’s; the token and the address stay at home', async ({
  page,
  context,
  origin,
  elsewhere,
}) => {
  const requests: Request[] = [];
  context.on('request', (request) => requests.push(request));
  const reserving = page.waitForResponse(
    (answer) => new URL(answer.url()).pathname === api.broadcasts && answer.status() === 201,
  );
  const { id } = await goLive(page, origin.url, '?ladder=240');
  const { token } = (await (await reserving).json()) as ReservedBroadcast;
  expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function']);
  const shown = await page.evaluate(() => {
    const all = (root: Element | ShadowRoot): string =>
      root.innerHTML +
      [...root.querySelectorAll('*')].map((one) => (one.shadowRoot === null ? '' : all(one.shadowRoot))).join('');
    return `${location.href} ${all(document.documentElement)}`;
  });
  expect(shown).toContain('You are live');
  expect(shown).not.toContain(token);

  const other = await context.newPage();
  await other.goto(`${elsewhere}?frame=${origin.url}${pages.watch(id)}`);
  const video = other.frameLocator('iframe').locator('video');
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.videoWidth)).toBeGreaterThan(0);
  const fromS = await video.evaluate((one: HTMLVideoElement) => one.currentTime);
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.currentTime)).toBeGreaterThan(fromS + 1);
  expect(await video.evaluate(() => [crossOriginIsolated, window === window.top])).toEqual([false, false]);

  await other.goto(`${elsewhere}?frame=${origin.url}${pages.studio}`);
  await expect.poll(() => other.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/');

  await endStream(page);
  const own = requests.filter((request) => request.url().startsWith(origin.url));
  expect(own.some((request) => request.url().includes('/ingest/'))).toBe(true);
  for (const request of own) {
    expect(request.url()).not.toContain(token);
    // The frame's own address comes from the page around it, which has its own policy.
    if (!request.isNavigationRequest())
      expect([request.url(), (await request.allHeaders())['referer'] ?? '']).toEqual([request.url(), '']);
  }
});
