import { expect } from '@playwright/test';
import { test } from '../helpers/fixtures.ts';
import { count, type NumberedCase, playNumbered, proveNumbered, uploadNumbered } from '../helpers/numbered-upload.ts';
import { isLong, randomOf, rounds } from '../helpers/random.ts';

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });

const X264 = '-c:v libx264 -preset ultrafast';

interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

const SIZES: readonly Size[] = [
  { name: '4K', width: 3840, height: 2160 },
  { name: '1080p', width: 1920, height: 1080 },
  { name: '8K', width: 7680, height: 4320 },
];

/** How long a GOP is, how many B-frames there are and which pictures are left out depends on the seed. */
function casesOf({ name, width, height }: Size, seconds: number, seed: number): readonly NumberedCase[] {
  const random = randomOf(seed);
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const size = `${width}x${height}`;
  const bFrames = between(1, 4);
  const gap = { from: between(1, 3), to: between(4, 6) };
  const uneven: NumberedCase = {
    name: `${name} with one key picture, ${bFrames} B-frames, pictures that come unevenly, sound of 44.1 kHz`,
    file: {
      output: `${X264} -bf ${bFrames} -b_strategy 0 -g 9999 -fps_mode vfr -c:a aac`,
      extension: 'mp4',
      size,
      rate: 30,
      seconds,
      hasSound: true,
      filter: `select='not(between(mod(n,10),${gap.from},${gap.to}))'`,
    },
    shown: count(30 * seconds).map((n) => {
      const isLeftOut = n % 10 >= gap.from && n % 10 <= gap.to;
      return isLeftOut ? n - (n % 10) + gap.from - 1 : n;
    }),
    size: [1920, 1080],
  };
  const gop = 2 * between(15, 60) + 1;
  const turned: NumberedCase = {
    name: `${name} with open GOPs of ${gop}, turned by its metadata, MP3 sound`,
    file: {
      output: `${X264} -bf 2 -x264-params open-gop=1:keyint=${gop}:scenecut=0 -ac 2 -c:a libmp3lame`,
      extension: 'mp4',
      size,
      rate: 25,
      seconds,
      hasSound: true,
      remux: '-metadata:s:v:0 rotate=90',
    },
    shown: count(25 * seconds),
    size: [608, 1080],
    isTurned: true,
  };
  const odd: NumberedCase = {
    name: `${name} less a row and a column, no sound`,
    file: {
      output: `-c:v libvpx -deadline realtime -cpu-used 8 -g ${between(30, 200)}`,
      extension: 'webm',
      size: `${width - 1}x${height - 1}`,
      rate: 24,
      seconds,
      hasSound: false,
    },
    shown: count(24 * seconds),
    size: height === 1080 ? [1280, 720] : [1920, 1080],
  };
  return isLong ? [uneven, turned, odd] : [uneven];
}

const wanted = isLong ? SIZES : SIZES.slice(0, 1);
for (const seed of rounds(1, 1))
  for (const one of wanted.flatMap((size) => casesOf(size, isLong ? 11 : 2, seed)))
    test(`UPLOAD ${one.name} (seed ${seed}): every picture once and in order, in every rendition, and played`, async ({
      page,
      origin,
    }) => {
      test.setTimeout(isLong ? 600_000 : 240_000);
      const detail = await uploadNumbered(page, origin.url, one, 400_000);
      await proveNumbered(origin.url, detail, one);
      const heights = detail.tracks.flatMap((track) => (track.kind === 'video' ? [track.height] : []));
      const played: string[] = [];
      for (const height of isLong ? heights : heights.slice(0, 1)) {
        const { pictures, heights: shown } = await playNumbered(page, origin.url, detail, one, {
          height,
          fromSeconds: 0,
        });
        played.push(`${pictures} in ${shown.join(', then ')}p`);
      }
      const description = `${one.shown.length} slots; pictures that dash.js showed: ${played.join('; ')}`;
      test.info().annotations.push({ type: 'played', description });
      expect(played.length).toBeGreaterThan(0);
    });
