import type { Page } from '@playwright/test';
import type { BroadcastDetail, BroadcastSummary } from '../../src/protocol/broadcast.ts';
import { api, pages } from '../../src/protocol/urls.ts';

export interface LiveStudio {
  readonly id: string;
  readonly watchUrl: string;
}

/** Does what a person does, from the empty studio page to `You are live`. Throws with the page's words when it cannot. */
export async function goLive(page: Page, originUrl: string, query = ''): Promise<LiveStudio> {
  const studio = await openGreenRoom(page, originUrl, query);
  await startLive(page);
  return studio;
}

/** The first half of it: camera and microphone are there. */
export async function openGreenRoom(page: Page, originUrl: string, query = ''): Promise<LiveStudio> {
  await page.goto(originUrl + pages.studio + query);
  await page.getByRole('button', { name: /camera and microphone/i }).click();
  const watch = page.getByRole('link', { name: 'Watch page' });
  const watchUrl = (await watch.getAttribute('href', { timeout: 90_000 })) ?? '';
  const id = /\/watch\/([a-z0-9]{16})/.exec(watchUrl)?.[1];
  if (id === undefined) throw new Error(`the watch page's link is ${watchUrl}`);
  return { id, watchUrl };
}

/** The second half. */
export async function startLive(page: Page): Promise<void> {
  // It stays disabled until both probes have said what this machine carries.
  await page.getByRole('button', { name: 'Go live' }).click({ timeout: 90_000 });
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor({ timeout: 90_000 });
}

/** The same from a source that is chosen on the empty page by the name of its button. Resolves with the broadcast's id. */
export async function goLiveFrom(page: Page, originUrl: string, source: string, query = ''): Promise<string> {
  await page.goto(originUrl + pages.studio + query);
  await page.getByRole('button', { name: source, exact: true }).click();
  const href = await page.getByRole('link', { name: 'Watch page' }).getAttribute('href', { timeout: 90_000 });
  await page.getByRole('button', { name: 'Go live' }).click({ timeout: 90_000 });
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor({ timeout: 90_000 });
  const id = /\/watch\/([a-z0-9]{16})/.exec(href ?? '')?.[1];
  if (id === undefined) throw new Error(`the watch page's link is ${href}`);
  return id;
}

/** Presses End stream and says yes to the one question. Resolves when the studio says that it is over. */
export async function endStream(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'End stream' }).click();
  await page.getByRole('dialog').waitFor();
  await page.locator('ask-dialog').getByRole('button', { name: 'End stream' }).click();
  await page.getByRole('status').filter({ hasText: 'ended' }).waitFor({ timeout: 90_000 });
}

export async function broadcastDetail(originUrl: string, id: string): Promise<BroadcastDetail> {
  const answer = await fetch(originUrl + api.broadcast(id));
  return (await answer.json()) as BroadcastDetail;
}

export async function broadcastList(originUrl: string): Promise<readonly BroadcastSummary[]> {
  const answer = await fetch(originUrl + api.broadcasts);
  return (await answer.json()) as readonly BroadcastSummary[];
}
