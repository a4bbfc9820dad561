import { spawn } from 'node:child_process';
import { expect } from '@playwright/test';
import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import { AAC_FRAME_SAMPLES } from '../../src/protocol/grid.ts';
import type { TrackId } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { readChunks } from '../helpers/boxes.ts';
import { type EngineLog, SLATE } from '../helpers/engine-log.ts';
import { probePackets } from '../helpers/ffprobe.ts';
import { fetchBytes } from '../helpers/media-checks.ts';
import { TONE_HZ } from '../helpers/numbered-camera.ts';
import { numbersShown } from '../helpers/numbered-file.ts';
import { followTone, type ToneHeard } from '../helpers/tone.ts';
import { ingestState } from './spool-proof.ts';

/** What a recording shows, held against what the encoders were given. */
export interface StormResult {
  readonly slots: number;
  readonly repeats: number;
  /** Slots in which the engine's own picture stands, as while no tab was there. */
  readonly slates: number;
  /** Slots of a tab that was killed before it could tell us of them. */
  readonly untold: number;
}

/**
 * Decodes every rendition of a broadcast that has ended: slot n, where it was made, shows the picture that the log says was
 * encoded for slot n, from 0 to the end, so none is lost, doubled or moved, and repeats are those that were logged.
 * `untoldAtMost`: what each killed tab may have encoded and not have had the time to tell.
 */
export async function proveNumbers(
  originUrl: string,
  broadcast: ReservedBroadcast,
  log: EngineLog,
  untoldAtMost: number,
): Promise<StormResult> {
  const { tracks, grid, end: ended } = await ingestState(originUrl, broadcast);
  if (grid === null || ended === null) throw new Error('the broadcast has not ended');
  let result: StormResult = { slots: 0, repeats: 0, slates: 0, untold: 0 };
  for (const track of tracks) {
    if (track.kind !== 'video') continue;
    const told = log.numbers.get(track.height) ?? new Map<number, number>();
    const segments = Math.ceil((ended.endParts[track.id] ?? 0) / grid.partsPerSegment);
    const media = await wholeTrack(originUrl, broadcast.id, track.id, segments);
    const shown = await numbersShown(media);
    const packets = await probePackets(media);
    // A tab that has much to make up for leaves slots out.
    const slots = packets.map(({ ptsS }) => Math.round(ptsS * grid.frameRate));
    const beyond = [...told.keys()].filter((slot) => slot > (slots.at(-1) ?? 0) + grid.frameRate / 10);
    expect(beyond, `${track.id}: encoded slots that are not in the recording`).toEqual([]);
    const wrong = shown.flatMap((number, i) => {
      const slot = slots[i] ?? -1;
      const wanted = told.get(slot);
      return wanted === undefined || wanted === SLATE || wanted === number ? [] : [`${slot}: ${number} for ${wanted}`];
    });
    expect(wrong, `${track.id}: slots that show another picture than was encoded for them`).toEqual([]);
    expect(new Set(told.values()).size, `${track.id}: different pictures`).toBeGreaterThan(100);
    const untold = slots.filter((slot) => !told.has(slot)).length;
    expect(untold, `${track.id}: slots that no encoder was seen to give out`).toBeLessThanOrEqual(untoldAtMost);
    const numbers = [...told].toSorted(([a], [b]) => a - b).map(([, number]) => number);
    const repeats = numbers.filter((number, i) => number !== SLATE && number === numbers[i - 1]).length;
    const [last] = readChunks(media).slice(-1);
    const end = ((last?.endTicks ?? 0) * grid.frameRate) / track.timescale;
    const slates = slots.flatMap((slot, i) => (told.get(slot) === SLATE ? [(slots[i + 1] ?? end) - slot] : []));
    result = {
      slots: end,
      repeats,
      slates: slates.reduce((sum, lasting) => sum + lasting, 0),
      untold: Math.max(result.untold, untold),
    };
  }
  return result;
}

/** Decodes the sound: exactly the samples of its frames, and what is heard of the numbered camera's tone in them. */
export async function decodeTone(originUrl: string, broadcast: ReservedBroadcast): Promise<ToneHeard> {
  const { tracks, grid, end } = await ingestState(originUrl, broadcast);
  const track = tracks.find(({ kind }) => kind === 'audio');
  if (track === undefined || grid === null || end === null) throw new Error('there is no sound that has ended');
  const segments = Math.ceil((end.endParts[track.id] ?? 0) / grid.partsPerSegment);
  const bytes = await wholeTrack(originUrl, broadcast.id, track.id, segments);
  const samples = await decodeSamples(bytes);
  const frames = await probePackets(bytes);
  expect(samples.length, 'samples of the sound').toBe(frames.length * AAC_FRAME_SAMPLES);
  return followTone(samples, TONE_HZ);
}

async function wholeTrack(originUrl: string, id: string, track: TrackId, segments: number): Promise<Buffer> {
  const media = [await fetchBytes(originUrl + live.init(id, track))];
  for (let n = 0; n < segments; n++) media.push(await fetchBytes(originUrl + live.segment(id, track, n)));
  return Buffer.concat(media);
}

/** One channel, 16 bits. */
function decodeSamples(bytes: Uint8Array): Promise<Int16Array> {
  const args = ['-v', 'error', '-xerror', '-i', '-', '-ac', '1', '-f', 's16le', '-'];
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const whole = Buffer.concat(chunks);
      if (code === 0) resolve(new Int16Array(new Uint8Array(whole).buffer));
      else reject(new Error(`ffmpeg ended with ${code}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
  });
}
