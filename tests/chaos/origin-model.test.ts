import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { firstSeed, isLong } from '../helpers/random.ts';
import { partBytes, partOf, sha256 } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';

const TRACKS = ['v360', 'a128'] as const;
const END = 130;

/** Other bytes under the same name: the samples differ, the boxes are as good. */
function otherPartOf(track: string, part: number): Part {
  const bytes = partBytes(track, part, DEFAULT_GRID);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff;
  return { track, part, bytes, digest: sha256(bytes) };
}

interface Sent {
  readonly track: (typeof TRACKS)[number];
  readonly part: number;
  readonly how: 'right' | 'other' | 'damaged' | 'alone';
}

const sent: fc.Arbitrary<Sent> = fc.record({
  track: fc.constantFrom(...TRACKS),
  part: fc.integer({ min: 0, max: END - 1 }),
  how: fc.constantFrom('right', 'right', 'right', 'right', 'other', 'damaged', 'alone'),
});

const partFor = ({ track, part, how }: Sent): Part => {
  if (how === 'other') return otherPartOf(track, part);
  const right = partOf(track, part, DEFAULT_GRID);
  return how === 'damaged' ? { ...right, digest: sha256(Buffer.from('something else')) } : right;
};

test(`P2 P3: reordered, duplicated, conflicting and concurrent uploads end as the model says (seed ${firstSeed})`, async () => {
  test.setTimeout(isLong ? 1_200_000 : 60_000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(sent, { minLength: 1, maxLength: 12 }), { minLength: 4, maxLength: 30 }),
      async (requests) => {
        await using origin = await TestOrigin.start();
        const broadcast = await origin.live();
        origin.clock.advance(END * 100);
        // The model: of each name the first good bytes that the origin said it stored; nothing else ever.
        const model = new Map<string, Buffer>();
        const note = (one: Sent, status: number): void => {
          const name = `${one.track}/${one.part}`;
          const { bytes } = partFor(one);
          if (one.how === 'damaged') expect(status).toBe(400);
          else if (status === 201) {
            expect(model.has(name)).toBe(false);
            model.set(name, Buffer.from(bytes));
          } else expect([200, 409]).toContain(status);
        };
        const later: (() => void)[] = [];
        const post = async (batch: readonly Sent[]): Promise<void> => {
          const alone = batch.filter((one) => one.how === 'alone');
          const together = batch.filter((one) => one.how !== 'alone');
          if (together.length > 0) {
            const answer = await broadcast.send(...together.map(partFor));
            for (const [i, one] of together.entries()) {
              const status = answer.parts[i]?.status ?? 0;
              note(one, status);
              later.push(() => {
                if (one.how === 'damaged') return;
                const same = model.get(`${one.track}/${one.part}`)?.equals(partFor(one).bytes) === true;
                expect(same ? [200, 201] : [409]).toContain(status);
              });
            }
          }
          for (const one of alone) {
            const { bytes, digest } = partFor(one);
            const url = ingest.part(broadcast.id, one.track, Math.floor(one.part / 100), one.part % 100, 100);
            const headers = {
              ...broadcast.headers,
              'content-digest': `sha-256=:${Buffer.from(digest).toString('base64')}:`,
            };
            note(one, (await origin.get(url, { method: 'PUT', headers, body: Buffer.from(bytes) })).status);
          }
        };
        // Three tabs' worth of requests in flight at any time, in whatever order they get there.
        for (let i = 0; i < requests.length; i += 3) await Promise.all(requests.slice(i, i + 3).map(post));
        for (const check of later) check();
        origin.clock.advance(20_000);
        for (const track of TRACKS)
          for (let part = 0; part < END; part += 7) {
            const bytes = await origin.getBytes(
              live.piece(broadcast.id, track, Math.floor(part / 100), part % 100, 100),
            );
            const expected = model.get(`${track}/${part}`);
            if (expected === undefined) expect(bytes.length).toBe(24);
            else expect(bytes.equals(expected)).toBe(true);
          }
        const state = (await (await origin.get(ingest.state(broadcast.id), { headers: broadcast.headers })).json()) as {
          stored: Record<string, { from: number; to: number }[]>;
        };
        for (const track of TRACKS) {
          const stored = (state.stored[track] ?? []).flatMap(({ from, to }) =>
            Array.from({ length: to - from }, (_, i) => from + i),
          );
          const expected = [...model.keys()]
            .filter((name) => name.startsWith(track))
            .map((name) => Number(name.split('/')[1]));
          expect(stored).toEqual(expected.sort((a, b) => a - b));
        }
      },
    ),
    { seed: firstSeed, numRuns: isLong ? 300 : 12, endOnFailure: true },
  );
});
