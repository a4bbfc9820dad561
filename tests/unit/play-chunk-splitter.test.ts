import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { ChunkSplitter, NotChunksError, partOfChunk } from '../../src/lib/chunk-splitter.ts';

const box = (type: string, ...payload: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const length = payload.reduce((sum, bytes) => sum + bytes.length, 8);
  const out = new Uint8Array(length);
  new DataView(out.buffer).setUint32(0, length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  let at = 8;
  for (const bytes of payload) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
};

const tfdt = (start: number, version: 0 | 1): Uint8Array => {
  const payload = new Uint8Array(version === 1 ? 12 : 8);
  const view = new DataView(payload.buffer);
  view.setUint8(0, version);
  if (version === 1) view.setBigUint64(4, BigInt(start));
  else view.setUint32(4, start);
  return box('tfdt', payload);
};

const chunkAt = (start: number, isFirst: boolean, version: 0 | 1 = 1): Uint8Array<ArrayBuffer> => {
  const moof = box(
    'moof',
    box('mfhd', new Uint8Array(8)),
    box('traf', box('tfhd', new Uint8Array(8)), tfdt(start, version)),
  );
  const boxes = [box('prft', new Uint8Array(24)), moof, box('mdat', new Uint8Array(50).fill(start % 251))];
  return Uint8Array.from(
    [...(isFirst ? [box('styp', new Uint8Array(12))] : []), ...boxes].flatMap((bytes) => [...bytes]),
  );
};

const TENTH = 9000;
const stream = [0, 1, 2, 3].map((part) => chunkAt(part * TENTH, part === 0));
const whole = Uint8Array.from(stream.flatMap((bytes) => [...bytes]));

test('however the network cuts a feed, whole chunks come out in order (PART1)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: whole.length }), { maxLength: 12 }), (cuts) => {
      const splitter = new ChunkSplitter(90_000, 100);
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const chunks = edges.slice(1).flatMap((to, i) => splitter.push(whole.subarray(edges[i], to)));
      expect(chunks.map((chunk) => chunk.part)).toEqual([0, 1, 2, 3]);
      expect(chunks.map((chunk) => [...chunk.bytes])).toEqual(stream.map((bytes) => [...bytes]));
      expect(splitter.pendingBytes).toBe(0);
    }),
  );
});

test('a chunk keeps the styp and prft that precede it', () => {
  const [first] = new ChunkSplitter(90_000, 100).push(whole);
  expect(String.fromCharCode(...(first?.bytes.subarray(4, 8) ?? []))).toBe('styp');
});

test('the part comes from tfdt, not from counting, so a skipped hole does not shift what follows (MEDIA6)', () => {
  const splitter = new ChunkSplitter(90_000, 100);
  const chunks = [...splitter.push(chunkAt(2 * TENTH, false)), ...splitter.push(chunkAt(137 * TENTH, false))];
  expect(chunks.map((chunk) => chunk.part)).toEqual([2, 137]);
});

test('a sound frame belongs to the part in which it starts (GRID3)', () => {
  expect(partOfChunk(chunkAt(4799, false), 48_000, 100)).toBe(0);
  expect(partOfChunk(chunkAt(4800, false), 48_000, 100)).toBe(1);
});

test('tfdt of version 0 is read too', () => {
  expect(partOfChunk(chunkAt(50 * TENTH, false, 0), 90_000, 100)).toBe(50);
});

test('what is not boxes is refused, at once and not after eight megabytes', () => {
  expect(() => new ChunkSplitter(90_000, 100).push(new TextEncoder().encode('<html><body>proxy'))).toThrow(
    NotChunksError,
  );
  expect(() => new ChunkSplitter(90_000, 100).push(new Uint8Array(16))).toThrow(NotChunksError);
  expect(() => new ChunkSplitter(90_000, 100).push(box('mdat', new Uint8Array(4)))).toThrow(NotChunksError);
});
