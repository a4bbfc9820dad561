import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { isStatic } from '../../src/origin/lifecycle.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { helpedTracks, helpSource, type Track, type VideoTrack } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { type ProbedPacket, probePackets } from '../../tests/helpers/ffprobe.ts';
import { inviteHelpers, lendStatus, startHelper } from '../../tests/helpers/lend.ts';
import { fetchBytes } from '../../tests/helpers/media-checks.ts';
import { broadcastDetail, endStream } from '../../tests/helpers/studio.ts';
import { percentile } from '../shared/report.ts';
import { launchBrowser, type StudioRun, startStudioRun } from '../shared/studio-run.ts';
import { PartTimes } from './part-times.ts';
import { psnrOf } from './seams.ts';

export interface LiveBenchOptions {
  readonly minutes: number;
  readonly helpers: number;
  readonly killEveryS: number;
  readonly ladder: string;
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
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A live whose helpers are killed at work again and again; another comes for each. */
export async function liveBench(options: LiveBenchOptions): Promise<LiveBench> {
  const run = await startStudioRun({ ...SIZE, studioQuery: `?ladder=${options.ladder}`, isHelped: true });
  const browser = await launchBrowser();
  try {
    const link = await inviteHelpers(run.studio);
    let count = 0;
    const come = (): Promise<Page> => startHelper(browser, link, `Helper ${++count}`);
    let helpers: Page[] = [];
    for (let i = 0; i < options.helpers; i++) helpers.push(await come());
    const fromPart = (await promisedSegment(run)) * 100;
    const source = new PartTimes(watched(run, helpSource(run.tracks)), fromPart, () => 0);
    const made = helpedTracks(run.tracks).map((track) => ({
      track,
      times: new PartTimes(watched(run, track), fromPart, () => source.newest),
    }));
    while (source.newest < fromPart + 20) await pause(100);
    const kills: number[] = [];
    const endMs = performance.now() + options.minutes * 60_000;
    for (
      let nextMs = performance.now() + options.killEveryS * 1000;
      nextMs < endMs;
      nextMs += options.killEveryS * 1000
    ) {
      await pause(Math.max(0, nextMs - performance.now()));
      const busy = await busyOne(helpers);
      if (busy === undefined) continue;
      kills.push(performance.now());
      await busy.context().close();
      helpers = [...helpers.filter((one) => one !== busy), await come()];
    }
    await pause(Math.max(0, endMs - performance.now()));
    for (const one of [source, ...made.map(({ times }) => times)]) one.end();
    const distances = made.map(({ track, times }) => distanceOf(track, source, times, kills));
    await Promise.all(helpers.map((one) => one.context().close()));
    await endStream(run.studio);
    while (!isStatic((await broadcastDetail(run.origin.url, run.id)).state)) await pause(500);
    return { kills: kills.length, distances, takeOvers: await takeOversOf(run) };
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

/** Segments of the periods in which the helped renditions are offered; the last one of a live goes on. */
async function offered(run: StudioRun): Promise<readonly number[]> {
  const [first] = helpedTracks(run.tracks);
  const periods = (await manifestOf(run)).split('<Period ').slice(1);
  return periods.flatMap((period) => {
    const seconds = (name: string): number => Number(new RegExp(`${name}="PT([0-9.]+)S"`).exec(period)?.[1] ?? 'NaN');
    const count = Math.ceil(seconds('duration') / 10) || 1;
    return period.includes(`id="${first?.id}"`)
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

async function busyOne(helpers: readonly Page[]): Promise<Page | undefined> {
  for (const one of helpers) if ((await lendStatus(one).textContent()) === 'Helping') return one;
  return undefined;
}

function distanceOf(track: Track, source: PartTimes, made: PartTimes, kills: readonly number[]): Distance {
  const lags: { readonly atMs: number; readonly lagMs: number }[] = [];
  let missing = 0;
  for (const [part, atMs] of source.cameMs) {
    const cameMs = made.cameMs.get(part);
    // The last ones were still on their way when it was stopped.
    if (cameMs === undefined && part < made.newest) missing++;
    if (cameMs !== undefined) lags.push({ atMs, lagMs: cameMs - atMs });
  }
  const all = lags.map(({ lagMs }) => lagMs);
  const after = kills.map((killMs) =>
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
async function takeOversOf(run: StudioRun): Promise<readonly TakeOvers[]> {
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
    const packets = await probePackets(bytes);
    const seams = seamsOf(keysOf(packets), sourceKeys);
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
 * Pictures with which another maker went on in mid-GOP: at a part's beginning, a key that the source has not. Where a
 * picture changes as a whole an encoder makes keys of its own, in all renditions at once; after a take-over they come
 * at other pictures than the source's, so only the first of a GOP counts.
 */
function seamsOf(keys: readonly number[], sourceKeys: readonly number[]): number[] {
  const others = keys.filter((key) => !sourceKeys.includes(key) && key % PART_PICTURES === 0);
  const gopOf = (key: number): number => Math.floor(key / (SIZE.frameRate * DEFAULT_GRID.gopSeconds));
  return others.filter((key, i) => gopOf(key) !== gopOf(others[i - 1] ?? Number.NaN));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function belowDb(db: readonly number[], seam: number, perSegment: number): number {
  const first = seam - (seam % perSegment);
  return mean(db.slice(first, first + perSegment)) - mean(db.slice(seam, seam + AFTER_PICTURES));
}
