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
import { until } from '../helpers/until.ts';
import { partBytes, partOf } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';

/** Where a front is put for a test, beside its certificate. */
interface Place {
  readonly folder: string;
  readonly port: number;
  readonly originPort: string;
}

interface Front {
  readonly name: string;
  /** Of its block in docs/deploy.md. */
  readonly language: string;
  readonly hasCache: boolean;
  /** The block as it stands there, with other ports, folders and certificates. */
  readonly adapted: (block: string, place: Place) => string;
  /** Not there where this does not say its version. */
  readonly program: string;
  readonly versionArgs: readonly string[];
  readonly args: (folder: string, file: string) => readonly string[];
}

const FRONTS: readonly Front[] = [
  {
    name: 'nginx',
    language: 'nginx',
    hasCache: true,
    program: 'nginx',
    versionArgs: ['-v'],
    args: (folder, file) => ['-p', folder, '-c', file],
    adapted(block, { folder, port, originPort }) {
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
    },
  },
  {
    name: 'Caddy',
    language: 'caddyfile',
    hasCache: false,
    program: 'caddy',
    versionArgs: ['version'],
    args: (_, file) => ['run', '--adapter', 'caddyfile', '--config', file],
    adapted(block, { folder, port, originPort }) {
      const site = block
        .replace(
          'live.example.org {',
          `https://localhost:${port} {\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`,
        )
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${originPort}`);
      return `{\n\tadmin off\n\tauto_https disable_redirects\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${site}`;
    },
  },
];

async function documented(language: string): Promise<string> {
  const text = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, block = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  return block;
}

async function startFront(
  front: Front,
  folder: string,
  origin: TestOrigin,
): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const file = path.join(folder, 'front.conf');
  const originPort = new URL(origin.base).port;
  await writeFile(file, front.adapted(await documented(front.language), { folder, port, originPort }));
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
  const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(front.program, front.args(folder, file), { stdio: ['ignore', 'ignore', 'inherit'], env });
  const url = `https://localhost:${port}`;
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      (answer) => answer.status,
      () => 0,
    );
  await until(isUp, { intervals: [30] }).toBe(200);
  return { url, child };
}

for (const front of FRONTS) {
  const isMissing = spawnSync(front.program, front.versionArgs).status !== 0;
  const skipped = isMissing ? `[skipped: there is no ${front.name} here] ` : '';
  const andCaches = front.hasCache ? ', and a piece is cached' : '';

  test(`${skipped}behind the ${front.name} of the documentation uploads come through, a feed streams while it grows${andCaches}`, async () => {
    test.skip(isMissing, `there is no ${front.name} here`);
    const folder = await mkdtemp(path.join(tmpdir(), 'tabcast-front-'));
    await using origin = await TestOrigin.start();
    const { url, child } = await startFront(front, folder, origin);
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
      if (!front.hasCache) return;
      await origin.origin.close();
      const cached = await fetch(piece);
      expect(cached.status, 'the cache has it although the origin is gone').toBe(200);
      expect(Buffer.from(await cached.arrayBuffer()).equals(partBytes('v360', 1, DEFAULT_GRID))).toBe(true);
    } finally {
      const ended = once(child, 'exit');
      // Asked politely, Caddy first waits for idle connections.
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
}
