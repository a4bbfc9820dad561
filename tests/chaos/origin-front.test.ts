import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { freePort } from '../helpers/free-port.ts';
import { partBytes, partOf } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';

/** The block of docs/deploy.md as it stands there, with other ports, folders and certificates. */
async function documentedConfig(folder: string, originPort: string, port: number): Promise<string> {
  const text = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, block = ''] = /```nginx\n([\s\S]*?)```/.exec(text) ?? [];
  const adapted = block
    .replace('/var/cache/nginx/tabcast', path.join(folder, 'cache'))
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace(/\/etc\/letsencrypt\/live\/live\.example\.org\/(fullchain|privkey)\.pem/g, `${folder}/$1.pem`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${originPort}`);
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${folders.join(' ')}
${adapted}}`;
}

async function startFront(folder: string, origin: TestOrigin): Promise<{ url: string; nginx: ChildProcess }> {
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  await writeFile(file, await documentedConfig(folder, new URL(origin.base).port, port));
  const keys = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${folder}/privkey.pem`,
  ];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...keys, '-out', `${folder}/fullchain.pem`, '-days', '2', ...subject], {
    stdio: 'ignore',
  });
  setDefaultCACertificates([...getCACertificates('default'), await readFile(`${folder}/fullchain.pem`, 'utf8')]);
  const nginx = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `https://localhost:${port}`;
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(isUp, { intervals: [30] }).toBe(200);
  return { url, nginx };
}

const isNginxMissing = spawnSync('nginx', ['-v']).status !== 0;
const skipped = isNginxMissing ? '[skipped: there is no nginx here] ' : '';

test(`${skipped}behind the nginx of the documentation uploads come through, a feed streams while it grows, and a piece is cached`, async () => {
  test.skip(isNginxMissing, 'there is no nginx here');
  const folder = await mkdtemp(path.join(tmpdir(), 'tabcast-front-'));
  await using origin = await TestOrigin.start();
  const { url, nginx } = await startFront(folder, origin);
  try {
    const broadcast = await origin.live();
    const send = async (part: number): Promise<number[]> => {
      const body = Buffer.from(encodeTick(broadcast.tracks.map(({ id }) => partOf(id, part, DEFAULT_GRID))));
      const headers = { ...broadcast.headers, 'content-type': TICK_CONTENT_TYPE };
      const answer = await fetch(url + ingest.parts(broadcast.id), { method: 'POST', headers, body });
      return ((await answer.json()) as TickAnswer).parts.map(({ status }) => status);
    };
    expect(await send(0)).toEqual([201, 201]);

    const feed = await fetch(`${url}${broadcast.url('v360/0.m4s?from=0')}`);
    const reader = (feed.body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<Buffer> => Buffer.from((await reader.read()).value ?? []);
    // Each part is there before the next one is made: nothing on the way collects.
    expect((await next()).equals(partBytes('v360', 0, DEFAULT_GRID))).toBe(true);
    await send(1);
    expect((await next()).equals(partBytes('v360', 1, DEFAULT_GRID))).toBe(true);
    await reader.cancel();

    const piece = url + broadcast.piece(0, 1, 100);
    const [first, second] = [await fetch(piece), await fetch(piece)];
    expect(first.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await second.arrayBuffer()).equals(partBytes('v360', 1, DEFAULT_GRID))).toBe(true);
    await origin.origin.close();
    const cached = await fetch(piece);
    expect(cached.status, 'the cache has it although the origin is gone').toBe(200);
    expect(Buffer.from(await cached.arrayBuffer()).equals(partBytes('v360', 1, DEFAULT_GRID))).toBe(true);
  } finally {
    const ended = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
});
