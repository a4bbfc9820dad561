import { expect, type Page } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { decodeAll, probePackets } from './ffprobe.ts';
import { fetchTrack } from './media-checks.ts';
import { NUMBER_BITS, type NumberedFile, numberedFile, numbersShown } from './numbered-file.ts';
import { broadcastDetail } from './studio.ts';
import { until } from './until.ts';
import { startUpload, untilUploaded } from './upload.ts';

const SEAM_SECONDS = 0.000_05;

/** A file and what has to become of it. */
export interface NumberedCase {
  readonly name: string;
  readonly file: NumberedFile;
  /** The number that every slot of every rendition shows. */
  readonly shown: readonly number[];
  /** Of the largest rendition. */
  readonly size: readonly [number, number];
  /** The picture was turned a quarter to the left by the file's metadata. */
  readonly isTurned?: boolean;
}

/** 0 to `length - 1`. */
export const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Uploads it in an empty studio; resolves when all of it is there. */
export async function uploadNumbered(
  page: Page,
  originUrl: string,
  { file }: NumberedCase,
  timeoutMs = 150_000,
): Promise<BroadcastDetail> {
  const id = await startUpload(page, originUrl, await numberedFile(file));
  await untilUploaded(page, timeoutMs);
  return broadcastDetail(originUrl, id);
}

/** Every number once and in order in every rendition, no seam in picture or sound, keys on the grid, decoded whole. */
export async function proveNumbered(originUrl: string, detail: BroadcastDetail, wanted: NumberedCase): Promise<void> {
  expect(detail).toMatchObject({ state: 'sealed', upload: { isFinished: true } });
  const video = detail.tracks.filter((track) => track.kind === 'video');
  expect(detail.tracks.length - video.length, 'tracks of sound').toBe(wanted.file.hasSound ? 1 : 0);
  expect([video[0]?.width, video[0]?.height]).toEqual(wanted.size);
  const segmentCount = Math.ceil(detail.durationMs / 10_000);
  for (const track of detail.tracks) {
    const { init, segments } = await fetchTrack(originUrl, detail.id, track, segmentCount);
    const packets = await probePackets(init, ...segments);
    await decodeAll(init, ...segments);
    for (const [i, packet] of packets.entries()) {
      const before = packets[i - 1];
      if (before !== undefined && Math.abs(packet.ptsS - before.ptsS - before.durationS) > SEAM_SECONDS)
        throw new Error(`${track.id}: a seam at ${packet.ptsS} s`);
    }
    if (track.kind === 'audio') continue;
    const turnBack = wanted.isTurned === true ? 'transpose=1,' : '';
    expect(await numbersShown(Buffer.concat([init, ...segments]), turnBack), track.id).toEqual(wanted.shown);
    const keyEvery = track.frameRate * DEFAULT_GRID.gopSeconds;
    const keys = packets.flatMap((packet, slot) => (packet.isKey && !isScene(slot, wanted) ? [slot] : []));
    expect(keys).toEqual(count(Math.ceil(wanted.shown.length / keyEvery)).map((n) => n * keyEvery));
  }
}

/** Where nearly every bar turns over an encoder sees a new scene, and begins it with a key picture of its own accord. */
const isScene = (slot: number, { shown }: NumberedCase): boolean => slot > 0 && (shown[slot] ?? 0) % 1024 === 0;

/** A picture that dash.js showed. */
interface Seen {
  readonly mediaMicros: number;
  /** Of the rendition that it is of. */
  readonly height: number;
  readonly number: number;
}

declare global {
  interface Window {
    seenPictures: Seen[] | undefined;
  }
}

export interface Played {
  /** Different ones. */
  readonly pictures: number;
  /** Of the renditions that were shown, the first one first. */
  readonly heights: readonly number[];
}

/**
 * Plays the rest of the recording in the product's own page to its end, in the quality of that height as soon as the
 * player gets there: every picture that is shown has the number of its time.
 */
export async function playNumbered(
  page: Page,
  originUrl: string,
  detail: BroadcastDetail,
  wanted: NumberedCase,
  { height, fromSeconds }: { readonly height: number; readonly fromSeconds: number },
): Promise<Played> {
  await page.addInitScript((quality) => localStorage.setItem('tabcast.player', JSON.stringify({ quality })), height);
  await page.goto(`${originUrl}${pages.watch(detail.id)}?t=${fromSeconds}`);
  await page.locator('video').evaluate(notePictures, { bits: NUMBER_BITS, isTurned: wanted.isTurned === true });
  const rate = detail.grid?.frameRate ?? Number.NaN;
  const seenSoFar = async (): Promise<readonly Seen[]> => (await page.evaluate(() => window.seenPictures)) ?? [];
  const slotOf = ({ mediaMicros }: Seen): number => Math.round((mediaMicros * rate) / 1_000_000);
  await until(async () => Math.max(...(await seenSoFar()).map(slotOf)), { timeout: 120_000 }).toBe(
    wanted.shown.length - 1,
  );
  const seen = await seenSoFar();
  const slots = seen.map(slotOf);
  expect(seen.map(({ number }) => number)).toEqual(slots.map((slot) => wanted.shown[slot]));
  return { pictures: new Set(slots).size, heights: [...new Set(seen.map((one) => one.height))] };
}

/** Runs in the page. A `VideoFrame` has its own time, which the element may have left by the time that it is drawn. */
function notePictures(element: Element, { bits, isTurned }: { bits: number; isTurned: boolean }): void {
  const video = element as HTMLVideoElement;
  const canvas = new OffscreenCanvas(isTurned ? 1 : bits, isTurned ? bits : 1);
  const drawing = canvas.getContext('2d', { willReadFrequently: true });
  const seen: Seen[] = [];
  window.seenPictures = seen;
  const take = (): void => {
    const picture = new VideoFrame(video);
    drawing?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    let number = 0;
    for (let bit = 0; bit < bits; bit++) {
      const [red = 0] = drawing?.getImageData(isTurned ? 0 : bit, isTurned ? bits - 1 - bit : 0, 1, 1).data ?? [];
      if (red > 128) number += 2 ** bit;
    }
    seen.push({ mediaMicros: picture.timestamp, height: video.videoHeight, number });
    picture.close();
    video.requestVideoFrameCallback(take);
  };
  video.requestVideoFrameCallback(take);
}
