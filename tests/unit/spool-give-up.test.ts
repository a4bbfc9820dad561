import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import type { IngestState } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { giveUpOrder, lostMs, whatToGiveUp } from '../../src/spool/give-up.ts';
import { MemorySpool } from '../../src/spool/memory-spool.ts';
import { goingAt, goingOf, lostCuts } from '../../src/upload/lost-cuts.ts';
import { brokenRules } from '../helpers/mpd-rules.ts';
import { audioTrack, initOf, videoTrack } from './origin-test-media.ts';
import { TestOrigin } from './origin-test-server.ts';

const PPS = DEFAULT_GRID.partsPerSegment;
const TRACKS = [videoTrack(360), videoTrack(720), videoTrack(480), audioTrack].map((track, i) => ({
  ...track,
  bitrateBps: [700_000, 2_500_000, 1_200_000, 128_000][i] ?? 0,
}));
const IDS = TRACKS.map((track) => track.id);
const AUDIO = IDS.at(-1) ?? '';
const ORDER = giveUpOrder(TRACKS);

const whole = (...segments: number[]): number[] =>
  segments.flatMap((segment) => Array.from({ length: PPS }, (_, i) => segment * PPS + i));

test('the highest renditions go first, the lowest only together with the sound', () => {
  expect(ORDER).toEqual([['v720'], ['v480'], IDS]);
  const kept = new Map(IDS.map((id) => [id, whole(1, 2, 3)]));
  const gone: string[] = [];
  for (;;) {
    const next = whatToGiveUp(kept, ORDER, PPS);
    if (next === undefined) break;
    gone.push(`${next.tracks.join('+')}:${next.segment}`);
    for (const id of next.tracks)
      kept.set(
        id,
        (kept.get(id) ?? []).filter((part) => Math.floor(part / PPS) !== next.segment),
      );
  }
  const all = IDS.join('+');
  expect(gone).toEqual(['v720:1', 'v720:2', 'v480:1', 'v480:2', `${all}:1`, `${all}:2`]);
});

test('the first segment and the one that grows stay; one whose beginning viewers have seen goes last', () => {
  const kept = new Map(IDS.map((id) => [id, [...whole(0, 1).slice(0, 110), ...whole(2).slice(40), ...whole(4)]]));
  expect(whatToGiveUp(kept, ORDER, PPS)).toEqual({ segment: 1, tracks: ['v720'] });
  const begun = new Map(IDS.map((id) => [id, [...whole(2).slice(40), ...whole(4)]]));
  expect(whatToGiveUp(begun, ORDER, PPS)).toEqual({ segment: 2, tracks: ['v720'] });
  expect(whatToGiveUp(new Map([['v720', whole(0, 4)]]), ORDER, PPS)).toBeUndefined();
  expect(whatToGiveUp(new Map(), ORDER, PPS)).toBeUndefined();
});

test('how much of a track will never come is the sum of its segments', () => {
  const lost = new Map([
    [1, new Set(['v720'])],
    [2, new Set(['v720', 'v480'])],
  ]);
  expect(lostMs(lost)).toEqual({ v720: 20_000, v480: 10_000 });
  expect(lostMs(new Map())).toEqual({});
});

test('CUT1 CUT2: what will never come is told in cuts that the rules allow, whatever was lost', () => {
  const losses = fc.uniqueArray(fc.record({ segment: fc.integer({ min: 1, max: 12 }), group: fc.nat(2) }), {
    selector: ({ segment, group }) => segment * 10 + group,
  });
  fc.assert(
    fc.property(losses, (all) => {
      const lost = new Map<number, Set<string>>();
      for (const { segment, group } of all)
        lost.set(segment, new Set([...(lost.get(segment) ?? []), ...(ORDER[group] ?? [])]));
      const cuts = lostCuts(lost, () => IDS, PPS, []);
      let before = 0;
      for (const cut of cuts) {
        expect(cut.toPart % PPS).toBe(0);
        expect(cut.toPart).toBeGreaterThan(before);
        expect(cut.fromPart).toBeGreaterThanOrEqual(before);
        expect(cut.tracks.length).toBeGreaterThan(0);
        before = cut.toPart;
      }
      for (let segment = 0; segment < 14; segment++) {
        const part = segment * PPS;
        const isHole = cuts.some((cut) => cut.fromPart <= part && part < cut.toPart);
        const offered = isHole ? [] : (cuts.findLast((cut) => cut.toPart <= part)?.tracks ?? IDS);
        expect(offered).toEqual(IDS.filter((id) => lost.get(segment)?.has(id) !== true));
      }
      expect(lostCuts(lost, () => IDS, PPS, cuts)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('a tab that comes back knows from the cuts what was made: what a cut leaves out because it was lost goes on behind it', () => {
  const rest = IDS.filter((id) => id !== 'v720');
  const lost = new Map([
    [3, new Set(['v720'])],
    [6, new Set(['v720'])],
  ]);
  const told = { fromPart: 3 * PPS, toPart: 3 * PPS, tracks: rest };
  const shed = { fromPart: 5 * PPS, toPart: 5 * PPS, tracks: IDS.filter((id) => id !== 'v480') };
  const going = goingOf(IDS, [told, shed], lost, PPS);
  expect(going.map(({ from, tracks }) => [from, tracks])).toEqual([
    [0, IDS],
    [3 * PPS, IDS],
    [5 * PPS, shed.tracks],
  ]);
  const goingIn = (segment: number) => goingAt(going, segment * PPS);
  expect(lostCuts(lost, goingIn, PPS, [told, shed]).map(({ toPart, tracks }) => [toPart / PPS, tracks])).toEqual([
    [4, IDS],
    [6, shed.tracks.filter((id) => id !== 'v720')],
    [7, shed.tracks],
  ]);
});

test('a longer outage only makes lists shorter and adds cuts behind: the origin takes both steps', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  for (const track of TRACKS) await broadcast.putInit(track.id, initOf(track));
  const request = { availabilityStartMs: origin.clock.nowMs(), grid: DEFAULT_GRID, tracks: TRACKS };
  expect((await broadcast.postJson(ingest.start(broadcast.id), request)).status).toBe(200);
  await broadcast.sendTicks(0, 5, IDS);
  origin.clock.advance(60_000);
  const lost = new Map([[1, new Set(['v720'])]]);
  const tell = async (): Promise<void> => {
    const answer = await origin.get(ingest.state(broadcast.id), { headers: broadcast.headers });
    const { cuts } = (await answer.json()) as IngestState;
    for (const cut of lostCuts(lost, () => IDS, PPS, cuts))
      expect((await broadcast.postJson(ingest.cuts(broadcast.id), cut)).status).toBe(200);
  };
  await tell();
  lost.set(2, new Set(['v720']));
  lost.get(1)?.add('v480');
  await tell();
  const manifest = await (await origin.get(live.manifest(broadcast.id, 200))).text();
  expect(brokenRules(manifest, { kind: 'sequence', partMs: 200, gopSeconds: 2 })).toEqual([]);
  const periods = [...manifest.matchAll(/<Period id="(\w+)"[\s\S]*?<\/Period>/g)].map(
    ([text, id]) =>
      `${id}: ${[...text.matchAll(/<Representation id="(\w+)"/g)]
        .map((one) => String(one[1]))
        .toSorted()
        .join(' ')}`,
  );
  const sorted = (ids: readonly string[]): string => ids.toSorted().join(' ');
  expect(periods).toEqual([
    `p0: ${sorted(IDS)}`,
    `p1: ${sorted(['v360', AUDIO])}`,
    `p2: ${sorted(['v360', 'v480', AUDIO])}`,
    `p3: ${sorted(IDS)}`,
  ]);
});

test('with a budget of five segments an outage of twelve keeps all of the sound and of the lowest picture, and the newest of every one', async () => {
  const sizes = new Map(TRACKS.map((track) => [track.id, Math.round(track.bitrateBps / 80)]));
  const segmentBytes = PPS * [...sizes.values()].reduce((a, b) => a + b, 0);
  const spool = new MemorySpool(PPS, 5 * segmentBytes);
  for (let index = 0; index < 12 * PPS; index++)
    for (const track of IDS) {
      const part = { track, part: index, bytes: new Uint8Array(sizes.get(track) ?? 0), digest: new Uint8Array(32) };
      for (;;) {
        const refused = await spool.put(part).then(
          () => false,
          () => true,
        );
        if (!refused) break;
        const gone = whatToGiveUp(spool.kept(), ORDER, PPS);
        if (gone === undefined) throw new Error('no room, and nothing to give up');
        for (const one of gone.tracks) await spool.giveUp(one, gone.segment);
      }
    }
  expect(spool.kept().get(AUDIO)).toHaveLength(12 * PPS);
  expect(spool.kept().get('v360')).toHaveLength(12 * PPS);
  for (const id of IDS) expect(spool.kept().get(id)?.at(-1)).toBe(12 * PPS - 1);
  const high = spool.kept().get('v720') ?? [];
  expect(high.length).toBeLessThan(4 * PPS);
  expect(high[0]).toBe(0);
});
