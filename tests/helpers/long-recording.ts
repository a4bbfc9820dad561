import { expect } from '@playwright/test';
import { publish } from './publisher.ts';
import { broadcastDetail } from './studio.ts';

/** Longer than five minutes: a shorter recording starts at its beginning, wherever it was left. */
const LENGTH_S = 320;

/** A recording called A long evening; resolves with its id. */
export async function longRecording(originUrl: string): Promise<string> {
  const publisher = await publish({
    origin: originUrl,
    title: 'A long evening',
    pastSeconds: LENGTH_S,
    seconds: LENGTH_S,
    heights: [360],
  });
  await publisher.finished;
  await publisher.end();
  await expect.poll(async () => (await broadcastDetail(originUrl, publisher.id)).state).toMatch(/ended|sealed/);
  return publisher.id;
}
