import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';

/** In the green room: helpers are to make the smaller pictures of the live. */
export async function letHelpersHelp(studio: Page): Promise<void> {
  await studio.getByLabel('Let helpers make the smaller pictures').check({ timeout: 20_000 });
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
  await expect(lendStatus(page)).toHaveText(/Helping|Waiting for a piece/, { timeout: 30_000 });
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

export const lendStatus = (page: Page) => page.locator('lend-page').getByRole('status');

/** How many of a helper's pieces the creator has published. */
export const publishedBy = async (page: Page): Promise<number> =>
  Number(await page.locator('lend-page [data-figure=published]').textContent());
