import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFile, MP4BoxBuffer } from 'mp4box';
import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../../src/protocol/grid.ts';

const run = promisify(execFile);

/** A multiple of 8 s: the shortest time that holds whole groups of pictures and whole AAC frames, so it loops exactly. */
export const CLIP_SECONDS = 16;
export const CLIP_FRAME_RATE = 30;
export const CLIP_GOP_SECONDS = 2;
const AUDIO_BITRATE_BPS = 128_000;
/** Every picture shows its number in the loop as this many squares from the left, white for one, lowest bit first. */
export const CLIP_COUNTER_BITS = 9;
/** Of a picture 1280 wide. */
export const CLIP_BAR_PIXELS = 80;

export interface ClipRung {
  readonly height: number;
  readonly width: number;
  readonly bitrateBps: number;
}

export const CLIP_RUNGS: readonly ClipRung[] = [
  { height: 720, width: 1280, bitrateBps: 2_500_000 },
  { height: 480, width: 848, bitrateBps: 1_200_000 },
  { height: 360, width: 640, bitrateBps: 700_000 },
];

/** The same pictures as those of this height, by an encoder that describes itself otherwise. */
export const CLIP_OTHER_HEIGHT = 360;

export interface ClipTrack {
  /** avcC payload of a picture, AudioSpecificConfig of sound. */
  readonly description: Uint8Array;
  readonly bitrateBps: number;
  /** Every frame of one loop, in order. */
  readonly frames: readonly { readonly data: Uint8Array; readonly isKey: boolean }[];
}

export interface Clip {
  readonly video: readonly (ClipTrack & ClipRung)[];
  /** High profile where `video` is Main. */
  readonly other: ClipTrack & ClipRung;
  readonly audio: ClipTrack;
}

const OTHER_RUNG = CLIP_RUNGS.find(({ height }) => height === CLIP_OTHER_HEIGHT) as ClipRung;
const ALL_RUNGS: readonly ClipRung[] = [...CLIP_RUNGS, OTHER_RUNG];

/** Textured and noisy on purpose: a flat picture costs nothing and measures nothing. Bars at the top count its frames. */
function recipe(file: string): string[] {
  const bars = Array.from({ length: CLIP_COUNTER_BITS }, (_, bit) => {
    const box = `drawbox=x=${bit * CLIP_BAR_PIXELS}:y=0:w=${CLIP_BAR_PIXELS}:h=${CLIP_BAR_PIXELS}:t=fill`;
    return `${box}:c=black,${box}:c=white:enable='mod(floor(n/${2 ** bit}),2)'`;
  });
  const picture = `testsrc2=s=1280x720:r=${CLIP_FRAME_RATE},${bars.join(',')},noise=alls=12:allf=t,format=yuv420p`;
  const scaled = ALL_RUNGS.map((rung, i) => `[s${i}]scale=${rung.width}:${rung.height}[v${i}]`).join(';');
  const split = ALL_RUNGS.map((_, i) => `[s${i}]`).join('');
  const outputs = ALL_RUNGS.map(
    ({ bitrateBps }, i) =>
      `-map [v${i}] -b:v:${i} ${bitrateBps} -maxrate:v:${i} ${bitrateBps} -bufsize:v:${i} ${bitrateBps}`,
  );
  const words = `-v error
    -f lavfi -t ${CLIP_SECONDS} -i ${picture}
    -f lavfi -t ${CLIP_SECONDS + 1} -i sine=f=440:b=2:r=48000
    -filter_complex [0:v]split=${ALL_RUNGS.length}${split};${scaled}
    ${outputs.join(' ')}
    -c:v libx264 -preset ultrafast -tune zerolatency -profile:v main -bf 0
    -preset:v:${CLIP_RUNGS.length} superfast -profile:v:${CLIP_RUNGS.length} high
    -g ${CLIP_FRAME_RATE * CLIP_GOP_SECONDS} -sc_threshold 0 -flags +cgop
    -map 1:a -c:a aac -ac 2 -b:a ${AUDIO_BITRATE_BPS} -f mp4 -y`;
  return [...words.split(/\s+/), file];
}

let loading: Promise<Clip> | undefined;

/** Encoded once by native ffmpeg and kept in the temporary folder under the hash of the recipe. */
export function testClip(): Promise<Clip> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Clip> {
  const folder = join(tmpdir(), 'tabcast-clips');
  const name = createHash('sha256').update(recipe('').join(' ')).digest('hex').slice(0, 16);
  const file = join(folder, `${name}.mp4`);
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true });
    const draft = join(folder, `${randomUUID()}.mp4`);
    await run('ffmpeg', recipe(draft));
    await rename(draft, file);
  }
  return demux(await readFile(file));
}

function demux(bytes: Buffer): Clip {
  const file = createFile();
  const whole = new Uint8Array(bytes);
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(whole.buffer, 0), true);
  file.flush();
  const framesOf = (trackNumber: number) =>
    file.getTrackSamplesInfo(trackNumber).map((sample) => ({
      data: whole.subarray(sample.offset, sample.offset + sample.size),
      isKey: sample.is_sync,
    }));
  const entryOf = (trackNumber: number) => file.getTrackById(trackNumber).mdia.minf.stbl.stsd.entries[0];
  const video = ALL_RUNGS.map((rung, i) => {
    const box = (entryOf(i + 1) as unknown as { avcC: { start: number; size: number; hdr_size: number } }).avcC;
    const description = whole.slice(box.start + box.hdr_size, box.start + box.size);
    return { ...rung, description, frames: framesOf(i + 1).slice(0, CLIP_SECONDS * CLIP_FRAME_RATE) };
  });
  const number = ALL_RUNGS.length + 1;
  // ISO/IEC 14496-1: ES descriptor, in it the decoder configuration, in it the AudioSpecificConfig.
  const { esds } = entryOf(number) as unknown as { esds: { esd: { descs: { descs: { data: Uint8Array }[] }[] } } };
  const description = new Uint8Array(esds.esd.descs[0]?.descs[0]?.data ?? []);
  const loop = (CLIP_SECONDS * AUDIO_TIMESCALE) / AAC_FRAME_SAMPLES;
  // The first frame holds the encoder's priming and would start before zero.
  const frames = framesOf(number).slice(1, 1 + loop);
  if (frames.length !== loop || description.length === 0) throw new Error('the test clip has no usable sound');
  if (video.some((track) => track.frames.length !== CLIP_SECONDS * CLIP_FRAME_RATE))
    throw new Error('the test clip has too few frames');
  const other = video.pop() as ClipTrack & ClipRung;
  return { video, other, audio: { description, bitrateBps: AUDIO_BITRATE_BPS, frames } };
}

export const CLIP_FRAME_TICKS = VIDEO_TIMESCALE / CLIP_FRAME_RATE;
