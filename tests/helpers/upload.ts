import { expect, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';

export const uploadStatus = (page: Page) => page.locator('upload-view').locator('h2').getByRole('status');

export async function chooseVideo(page: Page, file: string): Promise<void> {
  await page.locator('upload-drop input[type=file]').setInputFiles(file);
}

/** Chooses the file in an empty studio; resolves with the id of the recording once it has a link. */
export async function startUpload(page: Page, originUrl: string, file: string): Promise<string> {
  await page.goto(originUrl + pages.studio);
  return beginUpload(page, file);
}

/** The same in a studio that is open. */
export async function beginUpload(page: Page, file: string): Promise<string> {
  await chooseVideo(page, file);
  const link = page.getByRole('link', { name: 'Watch page' });
  const id = /\/watch\/([a-z0-9]{16})/.exec((await link.getAttribute('href', { timeout: 90_000 })) ?? '')?.[1];
  if (id === undefined) throw new Error('no link to the watch page');
  return id;
}

/** Throws with the page's words when it cannot go on. */
export async function untilUploaded(page: Page, timeoutMs = 150_000): Promise<void> {
  const status = uploadStatus(page);
  await expect(status).toHaveText(/All of it is there|has stopped|could not be made/, { timeout: timeoutMs });
  if ((await status.textContent()) === 'All of it is there') return;
  throw new Error(
    await page
      .locator('upload-view')
      .getByRole('alert')
      .allInnerTexts()
      .then((all) => all.join(' ')),
  );
}
