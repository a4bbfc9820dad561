import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { decodeAll, probePackets } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { fetchTrack } from '../helpers/media-checks.ts';
import { type NumberedFile, numberedFile, numbersShown } from '../helpers/numbered-file.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { startUpload, untilUploaded } from '../helpers/upload.ts';

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });

async function wholeTracks(originUrl: string, detail: BroadcastDetail) {
  const segments = Math.ceil(detail.durationMs / 10_000);
  return Promise.all(detail.tracks.map((track) => fetchTrack(originUrl, detail.id, track, segments)));
}

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

interface Case {
  readonly name: string;
  readonly file: NumberedFile;
  readonly shown: readonly number[];
  readonly size: readonly [number, number];
  readonly turnBack?: string;
}

const X264 = '-c:v libx264 -preset ultrafast';
const CASES: readonly Case[] = [
  {
    name: 'B-frames, a key every ten seconds and sound of 44.1 kHz',
    file: {
      output: `${X264} -bf 3 -b_strategy 0 -g 300 -c:a aac -ac 1`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 21,
      hasSound: true,
    },
    shown: count(630),
    size: [640, 360],
  },
  {
    name: 'open GOPs of odd length, times in milliseconds, MP3 sound',
    file: {
      output: `${X264} -bf 2 -x264-params open-gop=1:keyint=77:scenecut=0 -c:a libmp3lame`,
      extension: 'mkv',
      size: '640x360',
      rate: 25,
      seconds: 12,
      hasSound: true,
    },
    shown: count(300),
    size: [640, 360],
  },
  {
    name: 'an odd size, no sound',
    file: {
      output: '-c:v libvpx -deadline realtime -cpu-used 8 -g 90',
      extension: 'webm',
      size: '427x241',
      rate: 24,
      seconds: 11,
      hasSound: false,
    },
    shown: count(264),
    size: [432, 240],
  },
  {
    name: 'uncompressed pictures (Y4M)',
    file: { output: '-pix_fmt yuv420p', extension: 'y4m', size: '426x240', rate: 25, seconds: 11, hasSound: false },
    shown: count(275),
    size: [432, 240],
  },
  {
    name: 'turned by its metadata',
    file: {
      output: `${X264} -g 60`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 2,
      hasSound: false,
      remux: '-metadata:s:v:0 rotate=90',
    },
    shown: count(60),
    size: [272, 480],
    turnBack: 'transpose=1,',
  },
  {
    name: 'pictures that come unevenly: each is shown until the next',
    file: {
      output: `${X264} -g 50 -fps_mode vfr`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 12,
      hasSound: false,
      filter: `select='not(between(mod(n,10),4,6))'`,
    },
    shown: count(360).map((n) => (n % 10 >= 4 && n % 10 <= 6 ? n - (n % 10) + 3 : n)),
    size: [640, 360],
  },
];

for (const { name, file, shown, size, turnBack } of CASES)
  test(`UPLOAD a file with ${name}: every picture once and in order, in every rendition`, async ({ page, origin }) => {
    test.setTimeout(180_000);
    let questions = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.endsWith('/help')) questions++;
    });
    const id = await startUpload(page, origin.url, await numberedFile(file));
    await untilUploaded(page);
    const detail = await broadcastDetail(origin.url, id);
    expect(detail).toMatchObject({ state: 'sealed', upload: { isFinished: true } });
    // Once at the start, once for the invitations that the page looked at, once a segment; not every second.
    expect(questions, 'questions about helpers that nobody invited').toBeLessThanOrEqual(
      2 + Math.ceil(file.seconds / 10),
    );
    const video = detail.tracks.filter((track) => track.kind === 'video');
    expect(detail.tracks.length - video.length).toBe(file.hasSound ? 1 : 0);
    expect([video[0]?.width, video[0]?.height]).toEqual(size);
    for (const { track, init, segments } of await wholeTracks(origin.url, detail)) {
      const packets = await probePackets(init, ...segments);
      await decodeAll(init, ...segments);
      for (const [i, packet] of packets.entries()) {
        const before = packets[i - 1];
        if (before !== undefined && Math.abs(packet.ptsS - before.ptsS - before.durationS) > 0.000_05)
          throw new Error(`${track.id}: a seam at ${packet.ptsS} s`);
      }
      if (track.kind === 'audio') continue;
      expect(await numbersShown(Buffer.concat([init, ...segments]), turnBack), track.id).toEqual(shown);
      const keyEvery = track.frameRate * DEFAULT_GRID.gopSeconds;
      expect(packets.flatMap((packet, i) => (packet.isKey ? [i] : []))).toEqual(
        count(Math.ceil(shown.length / keyEvery)).map((n) => n * keyEvery),
      );
    }
  });

test('a file that is no video, or is damaged, is a clear sentence and nothing hangs', async ({ page, origin }) => {
  const said = async (name: string, bytes: Buffer): Promise<string> => {
    await page.goto(origin.url + pages.studio);
    await page.locator('upload-drop input[type=file]').setInputFiles({ name, mimeType: 'video/mp4', buffer: bytes });
    return page.locator('upload-view').getByRole('alert').innerText({ timeout: 20_000 });
  };
  expect(await said('letter.mp4', Buffer.from('Dear Sir or Madam, '.repeat(999)))).toContain(
    'cannot be read as a video',
  );
  expect(await said('nothing.mp4', Buffer.alloc(0))).toContain('cannot be read as a video');
  const whole = await readFile(await numberedFile(CASES[4]?.file as NumberedFile));
  expect(await said('half.mp4', whole.subarray(0, whole.length / 2))).toMatch(
    /cannot be read|cannot be decoded|no picture/i,
  );
});
