import { type Browser, type BrowserContext, expect, type Page, type Route } from '@playwright/test';
import { decodeTick, encodeTick } from '../../src/protocol/tick.ts';

/** In the green room: helpers are to make the smaller pictures of the live. */
export async function letHelpersHelp(studio: Page): Promise<void> {
  await studio.getByLabel('Let helpers make the smaller pictures').check({ timeout: 90_000 });
}

/** Makes an invitation in the studio of an upload; resolves with its link. */
export async function inviteHelpers(studio: Page): Promise<string> {
  await studio.getByRole('button', { name: 'Invite helpers' }).click();
  return (await studio.locator('one-time-link .address').textContent())?.trim() ?? '';
}

/** Opens the link in a browser of its own and says yes there. */
export async function startHelper(
  browser: Browser,
  link: string,
  name: string,
  prepare: (context: BrowserContext) => Promise<void> = async () => undefined,
): Promise<Page> {
  const context = await browser.newContext();
  await prepare(context);
  const page = await context.newPage();
  await page.goto(link);
  await page.getByLabel('Your name, for the creator').fill(name);
  await page.getByRole('button', { name: 'Lend this tab' }).click();
  await expect(lendStatus(page)).toHaveText(/Helping|Waiting for a piece/, { timeout: 90_000 });
  return page;
}

/** For `startHelper`: everything that the tab's encoders get is grey, and all else is as it should be. */
export async function makeLiar(context: BrowserContext): Promise<void> {
  context.on('page', (page) =>
    page.on('worker', (worker) => {
      void worker.evaluate(() => {
        class Liar extends VideoEncoder {
          override encode(picture: VideoFrame, options?: VideoEncoderEncodeOptions): void {
            const { codedWidth, codedHeight, timestamp, colorSpace } = picture;
            const grey = new Uint8Array((codedWidth * codedHeight * 3) / 2).fill(128);
            const lie = new VideoFrame(grey, { format: 'I420', codedWidth, codedHeight, timestamp, colorSpace });
            super.encode(lie, options);
            lie.close();
          }
        }
        Object.assign(globalThis, { VideoEncoder: Liar });
      });
    }),
  );
}

/** An origin that is away is away for whoever asks through the test, too. */
async function onRoute(context: BrowserContext, url: string, answer: (route: Route) => Promise<void>): Promise<void> {
  await context.route(url, (route) => answer(route).catch(() => route.abort().catch(() => undefined)));
}

/** For `startHelper`: the pictures of a recording come two seconds late: well formed, and not the film. */
export const makeLate = (context: BrowserContext): Promise<void> =>
  onRoute(context, '**/api/lend/sources/*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    body.writeDoubleBE(body.readDoubleBE(0) + 2, 0);
    await route.fulfill({ response: answer, body });
  });

/** For `startHelper`: of every result the second half comes first, then the first, then all of it again, and `done` twice. */
export async function makeStutter(context: BrowserContext): Promise<void> {
  await onRoute(context, '**/api/lend/results/*', async (route) => {
    const tick = decodeTick(route.request().postDataBuffer() ?? new Uint8Array());
    if (tick.kind === 'malformed') throw new Error(tick.reason);
    const half = Math.ceil(tick.parts.length / 2);
    for (const parts of [tick.parts.slice(half), tick.parts.slice(0, half)])
      if (parts.length > 0) await route.fetch({ postData: Buffer.from(encodeTick(parts)) });
    await route.fulfill({ response: await route.fetch() });
  });
  await onRoute(context, '**/api/lend/results/*/done', async (route) => {
    const answer = await route.fetch();
    await route.fetch();
    await route.fulfill({ response: answer });
  });
}

/** A creator's tab on a slow machine: its own workers begin late, so that helpers make most of a recording. */
export function makeSlow(context: BrowserContext): void {
  context.on('page', (page) =>
    page.on('worker', (worker) => {
      if (!worker.url().includes('recording.worker')) return;
      void worker.evaluate(() => {
        const send = Reflect.get(Worker.prototype, 'postMessage') as Worker['postMessage'];
        type Options = StructuredSerializeOptions | Transferable[];
        Worker.prototype.postMessage = function (message: { readonly kind?: string }, options?: Options): void {
          const sendNow = (): void => void Reflect.apply(send, this, [message, options]);
          if (message.kind === 'make') setTimeout(sendNow, 12_000);
          else sendNow();
        };
      });
    }),
  );
}

export const lendStatus = (page: Page) => page.locator('lend-page').getByRole('status');

/** How many of a helper's pieces the creator has published. */
export const publishedBy = async (page: Page): Promise<number> =>
  Number(await page.locator('lend-page [data-figure=published]').textContent());
