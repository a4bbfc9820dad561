import { createRequire } from 'node:module';
import { expect } from '@playwright/test';
import { live } from '../../src/protocol/urls.ts';
import { runProgram } from '../helpers/ffprobe.ts';
import { test as base } from '../helpers/fixtures.ts';
import { brokenRules, brokenUpdateRules, type MpdView } from '../helpers/mpd-rules.ts';
import { hasMpdSchema, schemaComplaints } from '../helpers/mpd-schema.ts';
import { type Publisher, publish } from '../helpers/publisher.ts';
import { playWithShaka } from '../helpers/shaka.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

/** A broadcast that is live while the tests run, and one that has ended. Titles try to break out of the markup. */
const NASTY_TITLE = `"><script>alert(1)</script> & </Title> 'x' ]]> \u202e`;
const PAST_SECONDS = 24;

interface Broadcasts {
  readonly live: Publisher;
  readonly ended: Publisher;
}

const test = base.extend<object, { broadcasts: Broadcasts }>({
  broadcasts: [
    async ({ origin }, use) => {
      const ended = await publish({ origin: origin.url, title: NASTY_TITLE, pastSeconds: 25, seconds: 25 });
      await ended.finished;
      await ended.end();
      const running = await publish({ origin: origin.url, title: NASTY_TITLE, pastSeconds: PAST_SECONDS });
      await running.reached(PAST_SECONDS);
      await expect.poll(async () => (await broadcastDetail(origin.url, ended.id)).state).toMatch(/^(ended|sealed)$/);
      await use({ live: running, ended });
      await running.abandon();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

const VIEWS: readonly (readonly [name: string, path: (id: string) => string, view: MpdView])[] = [
  ...[100, 200, 500, 2000].map(
    (partMs) =>
      [
        `parts of ${partMs} ms`,
        (id: string) => live.manifest(id, partMs),
        { kind: 'sequence', partMs, gopSeconds: 2 },
      ] as const,
  ),
  ['chunked', live.chunkedManifest, { kind: 'chunked' }],
];

const fetchText = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return answer.text();
};

for (const [name, path, view] of VIEWS) {
  test(`MEDIA7 the live manifest, ${name}, keeps every rule, and so does the next one`, async ({
    origin,
    broadcasts,
  }) => {
    const first = await fetchText(origin.url + path(broadcasts.live.id));
    expect(brokenRules(first, view)).toEqual([]);
    await broadcasts.live.reached(broadcasts.live.nextPart() / 10 + 1);
    expect(brokenUpdateRules(first, await fetchText(origin.url + path(broadcasts.live.id)))).toEqual([]);
  });

  test(`MEDIA7 the static manifest at the address of ${name} keeps every rule`, async ({ origin, broadcasts }) => {
    expect(brokenRules(await fetchText(origin.url + path(broadcasts.ended.id)), { kind: 'static' })).toEqual([]);
  });
}

test('MEDIA7 a live manifest becomes static at the same address and keeps its identity', async ({ origin }) => {
  const short = await publish({ origin: origin.url, pastSeconds: 3, seconds: 4 });
  await short.reached(3);
  const before = await fetchText(origin.url + live.chunkedManifest(short.id));
  await short.finished;
  await short.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, short.id)).state).toMatch(/^(ended|sealed)$/);
  const after = await fetchText(origin.url + live.chunkedManifest(short.id));
  expect(brokenUpdateRules(before, after)).toEqual([]);
  expect(brokenRules(after, { kind: 'static' })).toEqual([]);
});

test('every manifest is valid against the schema, where it lies beside the project', async ({ origin, broadcasts }) => {
  test.skip(!hasMpdSchema, 'the schema is not part of the project and is not beside it here');
  for (const id of [broadcasts.live.id, broadcasts.ended.id])
    for (const [, path] of VIEWS) expect(await schemaComplaints(await fetchText(origin.url + path(id)))).toBe('');
});

test('mpd-parser, a stranger, reads both live manifests and the static one', async ({ origin, broadcasts }) => {
  // It ships no types for Node's module resolution; this is all that is used of it.
  interface MpdParser {
    readonly parse: (
      text: string,
      options: { manifestUri: string },
    ) => {
      playlists: readonly { attributes: { RESOLUTION?: { height: number } }; segments: readonly unknown[] }[];
      duration: number;
    };
  }
  const stranger = createRequire(import.meta.url)('mpd-parser') as MpdParser;
  for (const [id, path] of [
    [broadcasts.live.id, live.manifest(broadcasts.live.id, 200)],
    [broadcasts.live.id, live.chunkedManifest(broadcasts.live.id)],
    [broadcasts.ended.id, live.chunkedManifest(broadcasts.ended.id)],
  ] as const) {
    const manifest = stranger.parse(await fetchText(origin.url + path), { manifestUri: origin.url + path });
    const heights = manifest.playlists.map((playlist) => playlist.attributes.RESOLUTION?.height ?? 0);
    expect(
      heights.toSorted((a, b) => a - b),
      path,
    ).toEqual([360, 480, 720]);
    expect(manifest.playlists[0]?.segments.length, path).toBeGreaterThan(0);
    if (id === broadcasts.ended.id) expect(manifest.duration).toBeCloseTo(25, 0);
  }
});

for (const [name, pick, path] of [
  ['chunked.mpd, live', (all: Broadcasts) => all.live, live.chunkedManifest],
  ['the static manifest', (all: Broadcasts) => all.ended, live.chunkedManifest],
] as const)
  test(`ffmpeg, a stranger, reads ${name} and decodes it without a word`, async ({ origin, broadcasts }) => {
    const url = origin.url + path(pick(broadcasts).id);
    const entries = ['-show_entries', 'stream=codec_name,height', '-of', 'json'];
    const probed = await runProgram('ffprobe', ['-v', 'error', ...entries, url]);
    expect(probed.stderr).toBe('');
    const { streams } = JSON.parse(probed.stdout) as { streams: readonly { codec_name: string; height?: number }[] };
    const found = streams.map((stream) => `${stream.codec_name} ${stream.height ?? ''}`.trim());
    expect(found.toSorted()).toEqual(['aac', 'h264 360', 'h264 480', 'h264 720']);
    const decoding = ['-v', 'error', '-xerror', '-i', url, '-t', '4', '-map', '0:v:0', '-map', '0:a:0'];
    const decoded = await runProgram('ffmpeg', [...decoding, '-f', 'null', '-']);
    expect(decoded).toMatchObject({ code: 0, stderr: '' });
  });

test.describe(() => {
  test.use({ bypassCSP: true });
  for (const [name, path, isLive] of [
    ['manifest.mpd, live', (all: Broadcasts) => live.manifest(all.live.id, 200), true],
    ['chunked.mpd, live', (all: Broadcasts) => live.chunkedManifest(all.live.id), true],
    ['the static manifest', (all: Broadcasts) => live.manifest(all.ended.id, 200), false],
  ] as const)
    test(`shaka-player, a stranger, plays ${name}`, async ({ page, origin, broadcasts }) => {
      await playWithShaka(page, origin.url, path(broadcasts));
      await untilPlaying(page, 2);
      const { height, positionS } = await videoState(page);
      expect([360, 480, 720]).toContain(height);
      if (isLive) expect(positionS).toBeGreaterThan(PAST_SECONDS - 15);
    });
});

test('a title is text: it runs nowhere and shows as it was written', async ({ page, origin, broadcasts }) => {
  const alerts: string[] = [];
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  const shown = (await broadcastDetail(origin.url, broadcasts.live.id)).title;
  expect(shown).toContain('<script>alert(1)</script>');
  for (const path of ['/', `/watch/${broadcasts.live.id}`]) {
    await page.goto(origin.url + path);
    await expect(page.getByText('<script>alert(1)</script>').first()).toBeVisible();
  }
  expect(alerts).toEqual([]);
});
