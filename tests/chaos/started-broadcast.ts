import { expect } from '@playwright/test';
import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { Track } from '../../src/protocol/track.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { contentDigest, initOf } from '../unit/origin-test-media.ts';

export interface StartedBroadcast {
  readonly id: string;
  /** What the creator's tab sends with every request. */
  readonly auth: { readonly authorization: string };
}

/** A broadcast with its init segments that has been going on for so many seconds, as a creator's tab starts it. */
export async function startBroadcast(
  base: string,
  tracks: readonly Track[],
  sinceSeconds: number,
): Promise<StartedBroadcast> {
  const reserved = (await (await fetch(`${base}/api/broadcasts`, { method: 'POST' })).json()) as ReservedBroadcast;
  const { id, token } = reserved;
  const auth = { authorization: `Bearer ${token}` };
  for (const track of tracks) {
    const body = initOf(track);
    const headers = { ...auth, 'content-digest': contentDigest(body) };
    await fetch(base + ingest.init(id, track.id), { method: 'PUT', headers, body });
  }
  const start = { availabilityStartMs: Date.now() - sinceSeconds * 1000, grid: DEFAULT_GRID, tracks };
  const headers = { ...auth, 'content-type': 'application/json' };
  const answer = await fetch(base + ingest.start(id), { method: 'POST', headers, body: JSON.stringify(start) });
  expect(answer.status).toBe(200);
  return { id, auth };
}
