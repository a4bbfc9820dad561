import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from '@playwright/test';
import { writePart } from '../../src/package/cmaf-part.ts';
import { FeedRouter } from '../../src/play/feed-router.ts';
import { FeedStream } from '../../src/play/feed-stream.ts';
import { type LiveEdge, liveEdgeMs, shouldRejoin } from '../../src/play/live-edge.ts';
import type { OriginGate } from '../../src/play/origin-gate.ts';
import { isBroken } from '../../src/play/silence.ts';
import { VIDEO_TIMESCALE } from '../../src/protocol/grid.ts';
import { millis, ticks } from '../../src/protocol/time.ts';
import type { Track } from '../../src/protocol/track.ts';

const PARTS = 100;

test('a silent stream is left in peace while the origin has nothing either, and is broken when it has (MEDIA6)', () => {
  const away = { partEndMs: 20_100, knownEndMs: 20_000 };
  expect(isBroken({ ...away, silentMs: 8000 })).toBe(false);
  expect(isBroken({ ...away, silentMs: 15_000 })).toBe(true);
  // As long as the longest track is, another may end a little before.
  expect(isBroken({ partEndMs: 20_100, knownEndMs: 20_300, silentMs: 8000 })).toBe(false);
  const there = { partEndMs: 20_100, knownEndMs: 20_600 };
  expect(isBroken({ ...there, silentMs: 2999 })).toBe(false);
  expect(isBroken({ ...there, silentMs: 3000 })).toBe(true);
});

const edge: LiveEdge = { mediaNowMs: 60_000, knownEndMs: 59_000, isGrowing: true, targetMs: 400 };

test('the live edge is the clock while the creator sends, and the last media when nothing more comes', () => {
  expect(liveEdgeMs(edge)).toBe(59_600);
  expect(liveEdgeMs({ ...edge, isGrowing: false, knownEndMs: 40_000 })).toBe(39_600);
  expect(liveEdgeMs({ ...edge, mediaNowMs: 100 })).toBe(0);
});

test('who fell behind jumps only over media that the origin holds', () => {
  expect(shouldRejoin(40_000, edge)).toBe(true);
  expect(shouldRejoin(40_000, { ...edge, knownEndMs: 40_100 })).toBe(false);
  expect(shouldRejoin(55_000, edge)).toBe(false);
});

function partBytes(part: number): Uint8Array<ArrayBuffer> {
  const duration = ticks(VIDEO_TIMESCALE / 10);
  const start = ticks(part * duration);
  const sample = { track: 'v720', start, duration, isKey: true, data: new Uint8Array(100) };
  return writePart({ kind: 'video', part, partsPerSegment: PARTS, capturedAtMs: millis(0), samples: [sample] });
}

async function streamOf(answer: (response: ServerResponse) => void) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stretch = { kind: 'feed' as const, url: `http://127.0.0.1:${port}/2.m4s?from=0`, from: 200, to: 300 };
  const stream = new FeedStream(stretch, VIDEO_TIMESCALE, PARTS, {
    onRead: () => undefined,
    onChunk: () => undefined,
    knownEndMs: () => 20_100,
  });
  const close = () => {
    stream.close();
    server.closeAllConnections();
    server.close();
  };
  return { stream, close, requests: () => requests };
}

test('what a stream that ended properly did not bring is skipped up to the end of the segment, without a request', async () => {
  const { stream, close, requests } = await streamOf((response) => response.end(partBytes(200)));
  expect(await stream.take(200)).toMatchObject({ kind: 'chunk' });
  for (let part = 201; part < 300; part++) {
    expect(stream.covers(part)).toBe(true);
    expect(await stream.take(part)).toEqual({ kind: 'skipped' });
  }
  expect(requests()).toBe(1);
  // Asked again after a seek, it may have been back-filled meanwhile.
  expect(stream.covers(201)).toBe(false);
  close();
});

test('a stream that breaks off without its end is asked for again', async () => {
  const { stream, close } = await streamOf((response) => {
    response.write(partBytes(200), () => response.destroy());
  });
  expect(await stream.take(201)).toMatchObject({ kind: 'failed', status: undefined });
  expect(stream.covers(201)).toBe(false);
  close();
});

test('a feed that brings nothing while the creator is away is not given up; while media come, the fourth failure is enough', async () => {
  const id = 'abcdefgh12345678';
  const track = { kind: 'video', id: 'v720', timescale: VIDEO_TIMESCALE } as unknown as Track;
  let [awayFor, isUnusable] = [10, false];
  const gate = { whenOpen: () => Promise.resolve(), suspect: () => Promise.resolve() } as unknown as OriginGate;
  const router = new FeedRouter({
    broadcastId: id,
    partsPerSegment: PARTS,
    tracks: [track],
    gate,
    mediaNowMs: () => 30_000,
    knownEndMs: () => 20_000,
    recordingMs: () => undefined,
    whenMade: () => Promise.resolve(),
    whenThere: () => Promise.resolve(),
    whenCame: () => {
      expect(isUnusable).toBe(false);
      awayFor -= 1;
      return Promise.resolve();
    },
    isCreatorAway: () => awayFor > 0,
    fateOf: () => Promise.resolve('never'),
    kept: () => undefined,
    onTaken: () => undefined,
    onRead: () => undefined,
    onChunk: () => undefined,
    onUnusable: () => {
      isUnusable = true;
    },
  });
  // Outside a page a feed's address leads nowhere: each try fails without an answer.
  const request = { url: `http://127.0.0.1/live/${id}/v720/2-10of100.m4s` };
  expect(await router.intercept(request)).toBe(request);
  expect([awayFor, isUnusable]).toEqual([0, true]);
  router.close();
});
