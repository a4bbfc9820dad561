import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { live, pages } from '../../src/protocol/urls.ts';
import { type GlassRecord, glassScript } from './glass.ts';

export const DELIVERIES = ['feed', 'pieces', 'chunked'] as const;
/**
 * feed: the watch page as it is. pieces: the watch page where the feed is refused. chunked: stock dash.js on
 * `chunked.mpd`, as any other page would play it.
 */
export type Delivery = (typeof DELIVERIES)[number];

export interface Viewer {
  readonly page: Page;
  /** Everything recorded since the page was opened. */
  record(): Promise<GlassRecord>;
  close(): Promise<void>;
}

/** Runs in the page: a line on which streaming answers do not get through. */
function refuseFeed(): void {
  const plain = window.fetch;
  window.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (/\.m4s\?from=/.test(url)) return Promise.reject(new TypeError('no feed on this line'));
    return plain(input, init);
  };
}

/** `url` is the origin, or the shaped line before it. */
export async function openViewer(browser: Browser, url: string, id: string, delivery: Delivery): Promise<Viewer> {
  const context = await browser.newContext({ bypassCSP: true });
  await context.addInitScript(glassScript());
  if (delivery === 'pieces') await context.addInitScript(refuseFeed);
  const page = await context.newPage();
  if (delivery === 'chunked') await openStockPlayer(context, page, url + live.chunkedManifest(id));
  else await page.goto(url + pages.watch(id));
  return {
    page,
    record: () => page.evaluate(() => (window as unknown as { tabcastGlass: GlassRecord }).tabcastGlass),
    close: () => context.close(),
  };
}

const dashFile = fileURLToPath(new URL('../../node_modules/dashjs/dist/modern/umd/dash.all.min.js', import.meta.url));
const STOCK_TARGET_S = 0.5;

async function openStockPlayer(context: BrowserContext, page: Page, manifest: string): Promise<void> {
  const address = new URL('/bench-player', manifest).href;
  await context.route(address, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><video autoplay></video>' }),
  );
  await page.goto(address);
  await page.addScriptTag({ path: dashFile });
  await page.evaluate(
    ({ url, targetS }) => {
      interface DashPlayer {
        updateSettings(settings: object): void;
        initialize(video: Element | null, url: string, autoplay: boolean): void;
      }
      const { dashjs } = window as unknown as { dashjs: { MediaPlayer(): { create(): DashPlayer } } };
      const player = dashjs.MediaPlayer().create();
      player.updateSettings({
        streaming: { delay: { liveDelay: targetS }, liveCatchup: { enabled: true, maxDrift: 0 } },
      });
      player.initialize(document.querySelector('video'), url, true);
    },
    { url: manifest, targetS: STOCK_TARGET_S },
  );
}
