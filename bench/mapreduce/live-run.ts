import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStatic } from '../../src/origin/lifecycle.ts';
import type { PartIndex } from '../../src/protocol/grid.ts';
import { helpedTracks, helpSource, type Track, type VideoTrack } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { type ProbedPacket, probePackets } from '../../tests/helpers/ffprobe.ts';
import { inviteHelpers } from '../../tests/helpers/lend.ts';
import { fetchBytes } from '../../tests/helpers/media-checks.ts';
import { broadcastDetail, endStream } from '../../tests/helpers/studio.ts';
import { percentile } from '../shared/report.ts';
import { launchBrowser, type StudioRun, startStudioRun } from '../shared/studio-run.ts';
import { type HelperEnd, LiveHelpers } from './live-helpers.ts';
import { PartTimes } from './part-times.ts';
import { psnrOf } from './seams.ts';

export interface LiveBenchOptions {
  readonly minutes: number;
  readonly helpers: number;
  readonly killEveryS: number;
  readonly ladder: string;
  /** Between a helper and the origin. */
  readonly roundTripMs: number;
  readonly how: HelperEnd;
}

export interface Distance {
  readonly track: string;
  /** Of those parts that the source has and helpers promised; `missing` never came. */
  readonly parts: number;
  readonly missing: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly worstMs: number | null;
  /** The most within five seconds after a helper was killed: the middle and the worst of all kills. */
  readonly afterKillMs: number | null;
  readonly worstAfterKillMs: number | null;
}

export interface TakeOvers {
  readonly track: string;
  readonly seams: number;
  /** The most that the ten pictures after a seam lie below the mean of their segment; null without a seam. */
  readonly worstBelowDb: number | null;
  readonly middleBelowDb: number | null;
}

export interface LiveBench {
  readonly kills: number;
  readonly distances: readonly Distance[];
  readonly takeOvers: readonly TakeOvers[];
}

const SIZE = { width: 1280, height: 720, frameRate: 30 };
const AFTER_KILL_MS = 5000;
const AFTER_PICTURES = 10;
const PART_PICTURES = 3;
const PARTS_PER_SEGMENT = 100;
/** Kills fall at ever other places of a segment: at multiples of its length all would fall at the same one. */
const SPREAD_MS = 10_000;
const GOLDEN = 0.618;
/** How far the first missing part may lie from the newest of the source when its maker was killed. */
const TAKE_OVER_PARTS = 15;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

interface Kill {
  readonly atMs: number;
  /** The first that the source lacked. */
  readonly part: PartIndex;
}

/** A live whose helpers are killed at work again and again; another comes for each. */
export async function liveBench(options: LiveBenchOptions): Promise<LiveBench> {
  const run = await startStudioRun({ ...SIZE, studioQuery: `?ladder=${options.ladder}`, isHelped: true });
  const browser = await launchBrowser();
  try {
    const helpers = new LiveHelpers(browser, await inviteHelpers(run.studio), options.roundTripMs);
    for (let i = 0; i < options.helpers; i++) await helpers.come();
    const fromPart = (await promisedSegment(run)) * PARTS_PER_SEGMENT;
    const source = new PartTimes(watched(run, helpSource(run.tracks)), fromPart, () => 0);
    const made = helpedTracks(run.tracks).map((track) => ({
      track,
      times: new PartTimes(watched(run, track), fromPart, () => source.newest),
    }));
    while (source.newest < fromPart + 20) await pause(100);
    const kills: Kill[] = [];
    const startMs = performance.now();
    const endMs = startMs + options.minutes * 60_000;
    for (let i = 1; ; i++) {
      const nextMs = startMs + i * options.killEveryS * 1000 + SPREAD_MS * ((i * GOLDEN) % 1);
      if (nextMs > endMs - AFTER_KILL_MS) break;
      await pause(nextMs - performance.now());
      const kill = { atMs: performance.now(), part: source.newest };
      const ended = await helpers.endMaker(Math.floor(kill.part / PARTS_PER_SEGMENT), options.how);
      if (ended === undefined) continue;
      kills.push(kill);
      await helpers.come();
      await helpers.bury(ended);
    }
    await pause(endMs - performance.now());
    for (const one of [source, ...made.map(({ times }) => times)]) one.end();
    const distances = made.map(({ track, times }) => distanceOf(track, source, times, kills));
    await helpers.endAll();
    await endStream(run.studio);
    while (!isStatic((await broadcastDetail(run.origin.url, run.id)).state)) await pause(500);
    return { kills: kills.length, distances, takeOvers: await takeOversOf(run, kills) };
  } finally {
    await browser.close();
    await run.stop();
  }
}

const watched = ({ origin, id }: StudioRun, track: VideoTrack | undefined) => ({
  originUrl: origin.url,
  id,
  track: track?.id ?? '',
});

const manifestOf = async ({ origin, id }: StudioRun): Promise<string> =>
  (await fetch(origin.url + live.manifest(id, 100))).text();

/** Segments in which the helped renditions are offered as they were made at first; the last one of a live goes on. */
async function offered(run: StudioRun): Promise<readonly number[]> {
  const [first] = helpedTracks(run.tracks);
  const periods = (await manifestOf(run)).split('<Period ').slice(1);
  return periods.flatMap((period) => {
    const seconds = (name: string): number => Number(new RegExp(`${name}="PT([0-9.]+)S"`).exec(period)?.[1] ?? 'NaN');
    const count = Math.ceil(seconds('duration') / 10) || 1;
    return period.includes(`id="${first?.id}"`) && !period.includes('$RepresentationID$r/')
      ? Array.from({ length: count }, (_, i) => seconds('start') / 10 + i)
      : [];
  });
}

async function promisedSegment(run: StudioRun): Promise<number> {
  for (;;) {
    const [first] = await offered(run);
    if (first !== undefined) return first;
    await pause(200);
  }
}

function distanceOf(track: Track, source: PartTimes, made: PartTimes, kills: readonly Kill[]): Distance {
  const lags: { readonly atMs: number; readonly lagMs: number }[] = [];
  let missing = 0;
  for (const [part, atMs] of source.cameMs) {
    const cameMs = made.cameMs.get(part);
    // The last ones were still on their way when it was stopped.
    if (cameMs === undefined && part < made.newest) missing++;
    if (cameMs !== undefined) lags.push({ atMs, lagMs: cameMs - atMs });
  }
  const all = lags.map(({ lagMs }) => lagMs);
  const after = kills.map(({ atMs: killMs }) =>
    Math.max(
      0,
      ...lags.flatMap(({ atMs, lagMs }) => (atMs >= killMs - 1000 && atMs < killMs + AFTER_KILL_MS ? [lagMs] : [])),
    ),
  );
  return {
    track: track.id,
    parts: lags.length + missing,
    missing,
    p50Ms: percentile(all, 0.5),
    p95Ms: percentile(all, 0.95),
    worstMs: percentile(all, 1),
    afterKillMs: percentile(after, 0.5),
    worstAfterKillMs: percentile(after, 1),
  };
}

/** Of the whole segments that the recording has: its pictures against those of the source, where a maker took over. */
async function takeOversOf(run: StudioRun, kills: readonly Kill[]): Promise<readonly TakeOvers[]> {
  const segments = await offered(run);
  const media = async (track: Track): Promise<Uint8Array> => {
    const urls = segments.map((segment) => live.segment(run.id, track.id, segment));
    const all = [live.init(run.id, track.id), ...urls];
    return Buffer.concat(await Promise.all(all.map((url) => fetchBytes(run.origin.url + url))));
  };
  const source = helpSource(run.tracks);
  const takeOvers: TakeOvers[] = [];
  if (source === undefined || segments.length === 0) return takeOvers;
  const file = (name: string): string => join(tmpdir(), `tabcast-takeovers-${process.pid}-${name}.mp4`);
  const sourceBytes = await media(source);
  const sourceKeys = keysOf(await probePackets(sourceBytes));
  writeFileSync(file(source.id), sourceBytes);
  for (const track of helpedTracks(run.tracks)) {
    const bytes = await media(track);
    writeFileSync(file(track.id), bytes);
    const db = await psnrOf(file(track.id), file(source.id), `${track.width}:${track.height}`);
    const keys = keysOf(await probePackets(bytes)).filter((key) => !sourceKeys.includes(key));
    const seams = kills.flatMap(({ part }) => seamAfter(part, keys, segments));
    const below = seams.map((seam) => belowDb(db, seam, SIZE.frameRate * 10));
    const [worstBelowDb, middleBelowDb] = [percentile(below, 1), percentile(below, 0.5)];
    takeOvers.push({ track: track.id, seams: seams.length, worstBelowDb, middleBelowDb });
    await rm(file(track.id), { force: true });
  }
  await rm(file(source.id), { force: true });
  return takeOvers;
}

/** Of pictures in a row, those that are keys. */
const keysOf = (packets: readonly ProbedPacket[]): number[] => packets.flatMap(({ isKey }, i) => (isKey ? [i] : []));

/**
 * The picture with which another maker went on in mid-GOP after a kill: at a part's beginning, a key that the source
 * has not. An encoder's own keys, where a picture changes as a whole, lie elsewhere. Pictures are counted over the
 * segments that are there.
 */
function seamAfter(part: PartIndex, keys: readonly number[], segments: readonly number[]): number[] {
  const at = segments.indexOf(Math.floor(part / PARTS_PER_SEGMENT));
  if (at < 0) return [];
  const picture = (at * PARTS_PER_SEGMENT + (part % PARTS_PER_SEGMENT)) * PART_PICTURES;
  const near = (key: number): boolean => Math.abs(key - picture) <= TAKE_OVER_PARTS * PART_PICTURES;
  return keys.filter((key) => key % PART_PICTURES === 0 && near(key)).slice(0, 1);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function belowDb(db: readonly number[], seam: number, perSegment: number): number {
  const first = seam - (seam % perSegment);
  return mean(db.slice(first, first + perSegment)) - mean(db.slice(seam, seam + AFTER_PICTURES));
}
