import { expect, type Page } from '@playwright/test';
import type { IngestState, ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import { AAC_FRAME_SAMPLES, SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { api, ingest, live } from '../../src/protocol/urls.ts';
import { readChunks } from '../helpers/boxes.ts';
import { decodeAll, probePackets } from '../helpers/ffprobe.ts';
import { gaps } from '../helpers/media-checks.ts';

/** What the studio of this page was given when it reserved its broadcast. Ask before the page is opened. */
export async function reservedBy(page: Page): Promise<ReservedBroadcast> {
  const answer = await page.waitForResponse(
    (response) => new URL(response.url()).pathname === api.broadcasts && response.request().method() === 'POST',
  );
  return (await answer.json()) as ReservedBroadcast;
}

export async function ingestState(originUrl: string, { id, token }: ReservedBroadcast): Promise<IngestState> {
  const answer = await fetch(originUrl + ingest.state(id), { headers: { Authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as IngestState;
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

/**
 * Proves that a broadcast that has ended is whole: every part from 0 to its end is stored in every track, and ffprobe
 * finds every frame of it exactly once, in its place, without a gap; everything decodes. Gives its length in parts. What was cut off by
 * a crash ends where each track had come to, which on a busy machine is seconds apart.
 */
export async function proveWhole(
  originUrl: string,
  broadcast: ReservedBroadcast,
  ending: 'ended' | 'cut off' = 'ended',
): Promise<number> {
  const state = await ingestState(originUrl, broadcast);
  expect(state.cuts).toEqual([]);
  const { grid, end } = state;
  if (grid === null || end === null) throw new Error('the broadcast has not ended');
  const endPart = Math.max(...Object.values(end.endParts));
  for (const track of state.tracks) {
    const trackEnd = end.endParts[track.id] ?? 0;
    if (ending === 'ended') expect(endPart - trackEnd, `${track.id} ends with the others`).toBeLessThanOrEqual(3);
    expect(state.stored[track.id], `${track.id} has every part`).toEqual([{ from: 0, to: trackEnd }]);
    const media = [await bytesOf(originUrl + live.init(broadcast.id, track.id))];
    for (let segment = 0; segment * grid.partsPerSegment < trackEnd; segment++)
      media.push(await bytesOf(originUrl + live.segment(broadcast.id, track.id, segment)));
    await decodeAll(...media);
    const packets = await probePackets(...media);
    const frameS = track.kind === 'video' ? 1 / grid.frameRate : AAC_FRAME_SAMPLES / track.sampleRateHz;
    const chunks = media.slice(1).flatMap(readChunks);
    expect(chunks[0]?.startTicks, `${track.id}: its first frame`).toBe(0);
    expect(gaps(chunks), track.id).toEqual([]);
    const startsS = chunks.flatMap(({ startTicks, sampleTicks }) =>
      sampleTicks.map(
        (_, i) => (startTicks + sampleTicks.slice(0, i).reduce((sum, one) => sum + one, 0)) / track.timescale,
      ),
    );
    const misplaced = packets.findIndex((packet, i) => Math.abs(packet.ptsS - (startsS[i] ?? -1)) > frameS / 4);
    expect(misplaced, `${track.id}: packet out of its place`).toBe(-1);
    expect(packets.length, `${track.id}: frames`).toBe(startsS.length);
    const lengthS = (trackEnd * SEGMENT_SECONDS) / grid.partsPerSegment;
    const endS = (chunks.at(-1)?.endTicks ?? 0) / track.timescale;
    expect(Math.abs(endS - lengthS), `${track.id}: its end`).toBeLessThanOrEqual(2 * frameS);
  }
  return endPart;
}
