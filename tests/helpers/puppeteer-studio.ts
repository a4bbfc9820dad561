import type { Page } from 'puppeteer-core';
import { until } from './until.ts';

/** Everything the page shows, through the shadow roots of its elements. */
export const shownText = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const textOf = (root: Node): string =>
      [...root.childNodes]
        .map((node) => {
          const own = node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : textOf(node);
          return node instanceof Element && node.shadowRoot !== null ? textOf(node.shadowRoot) + own : own;
        })
        .join(' ');
    return textOf(document.body);
  });

export const untilSaid = (page: Page, words: string): Promise<void> =>
  until(() => shownText(page), { timeout: 90_000 }).toContain(words);

/** From the empty studio page to `You are live`, as `goLive` does it in Playwright's browser. Resolves with the id. */
export async function goLiveIn(page: Page, studioUrl: string): Promise<string> {
  await page.goto(studioUrl);
  await page.locator('>>> studio-welcome >>> button').click();
  await untilSaid(page, 'Preview. Nobody sees you yet.');
  // It waits until it is enabled: until both probes have said what this machine carries.
  await page.locator('>>> studio-controls >>> .main-action button').setTimeout(60_000).click();
  await untilSaid(page, 'You are live');
  const link = await page.waitForSelector('>>> a[href*="/watch/"]');
  const href = (await link?.evaluate((a) => a.getAttribute('href'))) ?? '';
  return /\/watch\/([a-z0-9]{16})/.exec(href)?.[1] ?? '';
}

/** Presses End stream and says yes. Resolves when the studio says that it is over. */
export async function endStreamIn(page: Page): Promise<void> {
  await page.locator('>>> studio-controls >>> .main-action button').click();
  await page.locator('>>> ask-dialog >>> dialog[open] .danger').click();
  await untilSaid(page, 'Your stream has ended');
}
