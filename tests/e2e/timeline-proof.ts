import { expect } from '@playwright/test';
import { live } from '../../src/protocol/urls.ts';
import type { RunningOrigin } from '../helpers/origin.ts';
import { broadcastDetail } from '../helpers/studio.ts';

export const tracksOfCuts = async (origin: RunningOrigin, id: string): Promise<string[]> =>
  (await broadcastDetail(origin.url, id)).cuts.map((cut) => cut.tracks.join());

/** Every Period of the recording has every segment of its own tracks: what is not there is not offered. */
export async function expectComplete(origin: RunningOrigin, id: string): Promise<void> {
  await expect.poll(async () => (await broadcastDetail(origin.url, id)).state).toBe('sealed');
  const { cuts, tracks, durationMs } = await broadcastDetail(origin.url, id);
  for (let segment = 0; segment * 10_000 < durationMs; segment++) {
    const going = cuts.filter((cut) => cut.toPart <= segment * 100).at(-1)?.tracks ?? tracks.map((track) => track.id);
    const isHole = cuts.some((cut) => cut.fromPart <= segment * 100 && segment * 100 < cut.toPart);
    for (const track of isHole ? [] : going) {
      const bytes = await (await fetch(origin.url + live.segment(id, track, segment))).bytes();
      expect(bytes.length, `${track}/${segment}`).toBeGreaterThan(1000);
    }
  }
}
