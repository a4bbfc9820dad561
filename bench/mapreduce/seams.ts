import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { DEFAULT_GRID, SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { runProgram } from '../../tests/helpers/ffprobe.ts';
import { fetchTrack } from '../../tests/helpers/media-checks.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { broadcastDetail } from '../../tests/helpers/studio.ts';
import { startUpload, untilUploaded } from '../../tests/helpers/upload.ts';

const LONG_MS = 1_800_000;
const AFTER = 10;

export interface SeamQuality {
  readonly track: string;
  readonly meanDb: number;
  /** Of the ten pictures after a seam: where a fresh encoder began. */
  readonly afterSeamDb: number;
  /** Of the ten pictures after a key picture inside a segment: where the same encoder went on. */
  readonly afterKeyDb: number;
  /** The most that the ten pictures after one seam lie below the mean of their segment. */
  readonly worstSeamDb: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** PSNR of every picture of `made` against the source scaled by bicubic interpolation, in decibels. */
export async function psnrOf(made: string, source: string, size: string): Promise<readonly number[]> {
  const stats = `${made}.psnr`;
  const graph = `[1:v]scale=${size}:flags=bicubic,format=yuv420p[ref];[0:v][ref]psnr=stats_file=${stats}`;
  const done = await runProgram('ffmpeg', [
    '-v',
    'error',
    '-i',
    made,
    '-i',
    source,
    '-lavfi',
    graph,
    '-f',
    'null',
    '-',
  ]);
  if (done.code !== 0) throw new Error(`ffmpeg: ${done.stderr}`);
  const { stdout } = await runProgram('cat', [stats]);
  await rm(stats, { force: true });
  return [...stdout.toString().matchAll(/psnr_avg:([\d.]+|inf)/g)].map(([, text]) =>
    text === 'inf' ? 100 : Number(text),
  );
}

/** A file uploaded in a real studio, every rendition compared with the source. */
export async function seamQuality(file: string, frameRate: number): Promise<readonly SeamQuality[]> {
  const origin = await startOrigin();
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    const id = await startUpload(page, origin.url, file);
    await untilUploaded(page, LONG_MS);
    const { tracks, durationMs } = await broadcastDetail(origin.url, id);
    const found: SeamQuality[] = [];
    for (const track of tracks) {
      if (track.kind !== 'video') continue;
      const { init, segments } = await fetchTrack(origin.url, id, track, Math.ceil(durationMs / 10_000));
      const made = join(tmpdir(), `tabcast-seams-${process.pid}-${track.id}.mp4`);
      writeFileSync(made, Buffer.concat([init, ...segments]));
      const db = await psnrOf(made, file, `${track.width}:${track.height}`);
      await rm(made, { force: true });
      found.push({ track: track.id, ...qualityOf(db, frameRate) });
    }
    return found;
  } finally {
    await browser.close();
    await origin.stop();
  }
}

function qualityOf(db: readonly number[], frameRate: number): Omit<SeamQuality, 'track'> {
  const perSegment = SEGMENT_SECONDS * frameRate;
  const perGop = DEFAULT_GRID.gopSeconds * frameRate;
  const after = (from: number): number => mean(db.slice(from, from + AFTER));
  const keys = Array.from({ length: Math.floor((db.length - AFTER) / perGop) + 1 }, (_, i) => i * perGop);
  const seams = keys.filter((from) => from > 0 && from % perSegment === 0);
  const inside = keys.filter((from) => from % perSegment !== 0);
  return {
    meanDb: mean(db),
    afterSeamDb: mean(seams.map(after)),
    afterKeyDb: mean(inside.map(after)),
    worstSeamDb: Math.max(...seams.map((from) => mean(db.slice(from, from + perSegment)) - after(from))),
  };
}
