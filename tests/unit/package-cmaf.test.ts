import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createFile, type ISOFile, MP4BoxBuffer, type Sample } from 'mp4box';
import { codecsFromAudioSpecificConfig, codecsFromAvcC } from '../../src/package/cmaf-codecs.ts';
import { writeAudioInit, writeVideoInit } from '../../src/package/cmaf-init.ts';
import { writePart } from '../../src/package/cmaf-part.ts';
import { describeAudio, describeVideo } from '../../src/package/describe-track.ts';
import { partOfTicks } from '../../src/protocol/grid.ts';
import type { EncodedSample } from '../../src/protocol/sample.ts';
import { millis, ticks } from '../../src/protocol/time.ts';

const PARTS = 100;
const AUDIO_CONFIG = Uint8Array.of(0x11, 0x90);
const CAPTURED = millis(Date.UTC(2026, 0, 2, 3, 4, 5, 250));

let folder = '';
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cmaf-'));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Source {
  readonly samples: readonly EncodedSample[];
  readonly config: Uint8Array;
}

/** Twelve seconds of real H.264 and AAC, as samples with the grid's own times. */
function source(kind: 'video' | 'audio'): Source {
  const path = join(folder, `${kind}.mp4`);
  const args =
    kind === 'video'
      ? ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=30', '-t', '12', '-c:v', 'libx264', '-bf', '0', '-g', '60']
      : ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', '12', '-ac', '2', '-c:a', 'aac'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', path]);
  const bytes = readFileSync(path);
  const file = parse(bytes);
  const trak = file.moov.traks[0];
  const entry = trak?.mdia.minf.stbl.stsd.entries[0];
  if (trak === undefined || entry === undefined) throw new Error('ffmpeg wrote no track');
  const list = (file as unknown as { getTrackSamplesInfo(id: number): Sample[] }).getTrackSamplesInfo(
    trak.tkhd.track_id,
  );
  const duration = kind === 'video' ? 3000 : 1024;
  const samples = list.map((sample, i) => ({
    track: kind === 'video' ? 'v240' : 'a128',
    start: ticks(i * duration),
    duration: ticks(duration),
    isKey: kind === 'audio' || sample.is_sync,
    data: new Uint8Array(bytes.subarray(sample.offset, sample.offset + sample.size)),
  }));
  const box = (entry as unknown as { avcC?: { start: number; size: number } }).avcC;
  return {
    samples,
    config: box === undefined ? AUDIO_CONFIG : new Uint8Array(bytes.subarray(box.start + 8, box.start + box.size)),
  };
}

function parse(bytes: Uint8Array): ISOFile {
  const file = createFile(true);
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(bytes).buffer, 0));
  file.flush();
  return file;
}

function parts(kind: 'video' | 'audio', samples: readonly EncodedSample[]): Uint8Array[] {
  const timescale = kind === 'video' ? 90_000 : 48_000;
  const groups = new Map<number, EncodedSample[]>();
  for (const sample of samples) {
    const part = partOfTicks(sample.start, timescale, PARTS);
    groups.set(part, [...(groups.get(part) ?? []), sample]);
  }
  return [...groups].map(([part, group]) =>
    writePart({ kind, part, partsPerSegment: PARTS, capturedAtMs: CAPTURED, samples: group }),
  );
}

const videoTrack = { width: 320, height: 240, timescale: 90_000, bitrateBps: 500_000 } as const;
const audioTrack = {
  channels: 2,
  sampleRateHz: 48_000,
  timescale: 48_000,
  bitrateBps: 128_000,
  language: 'und',
} as const;

const PROBE_ARGS = ['-v', 'error', '-count_frames', '-show_streams', '-show_packets', '-of', 'json'];

interface Probe {
  readonly streams: readonly Record<string, string | number>[];
  readonly packets: readonly { pts: number; flags: string }[];
}

function ffprobe(bytes: Uint8Array): Probe {
  const path = join(folder, 'probe.mp4');
  writeFileSync(path, bytes);
  const out = execFileSync('ffprobe', [...PROBE_ARGS, path]);
  return JSON.parse(out.toString()) as Probe;
}

test('ffprobe decodes every frame of a picture track, keys where the encoder put them', () => {
  const { samples, config } = source('video');
  const colour = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false };
  const probe = ffprobe(Buffer.concat([writeVideoInit(videoTrack, config, colour), ...parts('video', samples)]));
  expect(probe.streams[0]).toMatchObject({ codec_name: 'h264', width: 320, height: 240, color_space: 'bt709' });
  expect(probe.streams[0]?.['time_base']).toBe('1/90000');
  expect(Number(probe.streams[0]?.['nb_read_frames'])).toBe(360);
  expect(probe.packets.map((packet) => packet.pts)).toEqual(samples.map((sample) => sample.start));
  expect(probe.packets.filter((packet) => packet.flags.startsWith('K')).map((packet) => packet.pts)).toEqual(
    [0, 2, 4, 6, 8, 10].map((s) => s * 90_000),
  );
});

test('ffprobe decodes every frame of a sound track', () => {
  const { samples, config } = source('audio');
  const probe = ffprobe(Buffer.concat([writeAudioInit(audioTrack, config), ...parts('audio', samples)]));
  expect(probe.streams[0]).toMatchObject({ codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 2 });
  expect(probe.packets.map((packet) => packet.pts)).toEqual(samples.map((sample) => sample.start));
});

test('PART1 PART2 PART5: a part is styp (first of a segment), prft, moof, mdat and says when it was captured', () => {
  const { samples, config } = source('video');
  const list = parts('video', samples);
  const first = parse(Buffer.concat([writeVideoInit(videoTrack, config), list[100] ?? new Uint8Array()]));
  expect(first.boxes.map((box) => box.type)).toEqual(['ftyp', 'moov', 'styp', 'prft', 'moof', 'mdat']);
  const second = parse(list[101] ?? new Uint8Array());
  expect(second.boxes.map((box) => box.type)).toEqual(['prft', 'moof', 'mdat']);
  const moof = first.moofs[0];
  const traf = moof?.trafs[0];
  expect(traf?.tfhd.flags).toBe(0x020000);
  expect(traf?.tfdt.version).toBe(1);
  expect(traf?.tfdt.baseMediaDecodeTime).toBe(900_000);
  expect(traf?.truns[0]?.data_offset).toBe((moof?.size ?? 0) + 8);
  expect(traf?.truns[0]?.sample_flags).toEqual([1 << 25, 1 << 16, 1 << 16]);
  const prft = first.boxes[3] as unknown as { flags: number; ntp_timestamp: number; media_time: number };
  expect(prft.flags).toBe(24);
  expect(prft.media_time).toBe(900_000);
  expect(prft.ntp_timestamp / 2 ** 32 - 2_208_988_800).toBeCloseTo(CAPTURED / 1000, 3);
});

test('PART6: the header is first, mvex last, no edit list, picture is 1 and sound is 2', () => {
  const video = parse(writeVideoInit(videoTrack, Uint8Array.of(1, 0x64, 0, 0x1f, 0xff, 0xe0, 0)));
  const audio = parse(writeAudioInit(audioTrack, AUDIO_CONFIG));
  for (const [file, id] of [
    [video, 1],
    [audio, 2],
  ] as const) {
    expect(file.boxes.map((box) => box.type)).toEqual(['ftyp', 'moov']);
    expect(file.moov.boxes?.map((box) => box.type)).toEqual(['mvhd', 'trak', 'mvex']);
    expect(file.moov.traks[0]?.tkhd.track_id).toBe(id);
    expect(file.moov.traks[0]?.edts).toBeUndefined();
    expect(file.moov.traks[0]?.mdia.mdhd.languageString).toBe('und');
  }
});

test('a gap between samples is refused, never written', () => {
  const sample = (start: number): EncodedSample => ({
    track: 'v240',
    start: ticks(start),
    duration: ticks(3000),
    isKey: false,
    data: Uint8Array.of(1),
  });
  const input = { kind: 'video', part: 0, partsPerSegment: PARTS, capturedAtMs: CAPTURED } as const;
  expect(() => writePart({ ...input, samples: [sample(0), sample(6000)] })).toThrow(/do not fit together/);
  expect(() => writePart({ ...input, samples: [] })).toThrow(/no sample/);
});

test('media time past 32 bits of ticks is written whole', () => {
  const start = ticks(2 ** 32 + 9000 * 10);
  const part = partOfTicks(start, 90_000, PARTS);
  const bytes = writePart({
    kind: 'video',
    part,
    partsPerSegment: PARTS,
    capturedAtMs: CAPTURED,
    samples: [{ track: 'v240', start, duration: ticks(3000), isKey: false, data: Uint8Array.of(1) }],
  });
  expect(parse(bytes).moofs[0]?.trafs[0]?.tfdt.baseMediaDecodeTime).toBe(start);
});

test('CODECS come from the bytes of the decoder configuration', () => {
  expect(codecsFromAvcC(Uint8Array.of(1, 0x64, 0x0c, 0x1f, 0xff))).toBe('avc1.640c1f');
  expect(() => codecsFromAvcC(Uint8Array.of(0, 0x64))).toThrow(/no usable description/);
  expect(codecsFromAudioSpecificConfig(Uint8Array.of(0x11, 0x90, 0x56, 0xe5, 0))).toBe('mp4a.40.2');
  expect(() => codecsFromAudioSpecificConfig(Uint8Array.of())).toThrow(/no usable description/);
});

test('a track is described by what its encoder says of itself, and its init segment says the same', () => {
  const avcC = Uint8Array.of(1, 0x64, 0x0c, 0x1f, 0xff, 0xe0, 0);
  const size = { id: 'v720', width: 1280, height: 720, bitrateBps: 2_500_000, frameRate: 25 } as const;
  const own = describeVideo(size, avcC, undefined);
  expect(own.track).toEqual({ kind: 'video', ...size, codecs: 'avc1.640c1f', timescale: 90_000 });
  expect(parse(own.init).moov.traks[0]?.mdia.mdhd.timescale).toBe(90_000);
  const helped = describeVideo({ ...size, madeBy: 'helpers' }, avcC, undefined);
  expect(helped.track.madeBy).toBe('helpers');
  expect(helped.init).toEqual(own.init);
  const colour = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false };
  expect(describeVideo(size, avcC, colour).init).not.toEqual(own.init);
  const sound = describeAudio({ id: 'a128', bitrateBps: 128_000, channels: 2 }, AUDIO_CONFIG);
  expect(sound.track).toMatchObject({ kind: 'audio', codecs: 'mp4a.40.2', sampleRateHz: 48_000, channels: 2 });
  expect(parse(sound.init).moov.traks[0]?.mdia.mdhd.timescale).toBe(48_000);
});
