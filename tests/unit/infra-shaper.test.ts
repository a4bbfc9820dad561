import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { startShaper } from '../helpers/shaper.ts';

/** Answers with so many bytes as the path says, and echoes what is posted. */
async function startPeer() {
  const server = createServer((request, answer) => {
    if (request.method === 'POST') request.pipe(answer);
    else answer.end(Buffer.alloc(Number(request.url?.slice(1)), 7));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

test('the shaper passes every byte, both ways, over many connections', async () => {
  const peer = await startPeer();
  const shaper = await startShaper(peer.url, { roundTripMs: 4 });
  const sent = new Uint8Array(700_000).map((_, i) => i % 251);
  const [echo, ...downloads] = await Promise.all([
    fetch(shaper.url, { method: 'POST', body: sent }).then((answer) => answer.bytes()),
    ...[1, 70_000, 1_000_000].map((size) => fetch(`${shaper.url}/${size}`).then((answer) => answer.bytes())),
  ]);
  expect(Buffer.compare(Buffer.from(echo), Buffer.from(sent))).toBe(0);
  expect(downloads.map((bytes) => bytes.length)).toEqual([1, 70_000, 1_000_000]);
  await shaper.stop();
  peer.stop();
});

test('the shaper is never faster than its rate, and takes a new rate while bytes flow', async () => {
  const peer = await startPeer();
  const shaper = await startShaper(peer.url, { roundTripMs: 0, downBps: 4_000_000 });
  const timed = async (): Promise<number> => {
    const started = performance.now();
    await (await fetch(`${shaper.url}/100000`)).bytes();
    return performance.now() - started;
  };
  expect(await timed()).toBeGreaterThanOrEqual(195);
  shaper.set({ roundTripMs: 0, downBps: 2_000_000 });
  expect(await timed()).toBeGreaterThanOrEqual(390);
  await shaper.stop();
  peer.stop();
});

test('the shaper adds its round trip to a request, and a cut ends every connection', async () => {
  const peer = await startPeer();
  const shaper = await startShaper(peer.url, { roundTripMs: 60 });
  const started = performance.now();
  await (await fetch(`${shaper.url}/1`)).bytes();
  expect(performance.now() - started).toBeGreaterThanOrEqual(60);
  shaper.set({ roundTripMs: 0, downBps: 100_000 });
  const slow = await fetch(`${shaper.url}/1000000`);
  shaper.cut();
  await expect(slow.bytes()).rejects.toThrow();
  await shaper.stop();
  peer.stop();
});

test('the shaper resets a connection at the byte it was told, and the next one is whole', async () => {
  const peer = await startPeer();
  const shaper = await startShaper(peer.url, { roundTripMs: 2 });
  const body = Buffer.alloc(300_000, 1);
  shaper.resetAfter(100_000);
  await expect(fetch(shaper.url, { method: 'POST', body })).rejects.toThrow();
  expect(shaper.totals().upBytes).toBe(100_000);
  expect((await (await fetch(shaper.url, { method: 'POST', body })).bytes()).length).toBe(300_000);
  await shaper.stop();
  peer.stop();
});

test('a stranded connection carries nothing and is not told; a new one works, in slices', async () => {
  const peer = await startPeer();
  const shaper = await startShaper(peer.url, { roundTripMs: 0, downBps: 800_000 });
  const reader = (await fetch(`${shaper.url}/200000`)).body?.getReader();
  await reader?.read();
  shaper.strand();
  const carriedBytes = async (): Promise<number> => {
    let bytes = 0;
    for (;;) {
      const next = await reader?.read();
      if (next?.value === undefined) return bytes;
      bytes += next.value.length;
    }
  };
  const carried = carriedBytes().catch(() => 'cut at the end');
  shaper.set({ roundTripMs: 0, sliceBytes: 700 });
  expect((await (await fetch(`${shaper.url}/50000`)).bytes()).length).toBe(50_000);
  await shaper.stop();
  expect(await carried).toBe('cut at the end');
  peer.stop();
});
