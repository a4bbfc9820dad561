import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { live } from '../../src/protocol/urls.ts';
import { freePort } from '../../tests/helpers/free-port.ts';
import { fetchBytes } from '../../tests/helpers/media-checks.ts';
import { publish } from '../../tests/helpers/publisher.ts';
import type { Cell } from '../shared/report.ts';
import { cpuSecondsOf } from './cpu.ts';
import { grown, ownMetrics } from './own-metrics.ts';

const CLIENTS = 32;
const TRACKS = ['v720', 'v480', 'v360', 'a128'];
/** What everybody looks at just now: it fits the origin's memory for media several times. */
const FEW_SEGMENTS = 3;
/** What many look at, each at a place of their own: nearly twice that memory. */
const WIDE_SEGMENTS = 40;
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) => existsSync(path));

/** What the clients ask for: each its next one by chance, all equally often. */
interface Mix {
  readonly name: string;
  readonly paths: readonly string[];
}

/** The segments `[0, segments)` of all tracks. */
const mixOf = (name: string, id: string, segments: number): Mix => ({
  name,
  paths: TRACKS.flatMap((track) => Array.from({ length: segments }, (_, i) => live.segment(id, track, i))),
});

export interface SegmentsJob extends Mix {
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
}

export interface SegmentsSeen {
  readonly answers: number;
  readonly bytes: number;
  /** Of the different segments that were asked for. */
  readonly mixBytes: number;
  readonly tookS: number;
  readonly cpuS: number;
}

interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

type Row = Readonly<Record<string, Cell>>;

/** So many clients, each asking for one whole segment after another over its own connection, in one thread. */
async function load(server: Server, mix: Mix, seconds: number): Promise<Row> {
  const job: SegmentsJob = { ...mix, port: Number(new URL(server.url).port), clients: CLIENTS, seconds };
  const before = await cpuSecondsOf(server.pid);
  const worker = new Worker(new URL('./segments.worker.ts', import.meta.url), { workerData: job });
  const [seen] = (await once(worker, 'message')) as [SegmentsSeen];
  await worker.terminate();
  const serverS = (await cpuSecondsOf(server.pid)) - before;
  const perS = seen.answers / seen.tookS;
  return {
    mix: `${mix.name}: ${mix.paths.length} segments, ${Math.round(seen.mixBytes / 1e6)} MB`,
    server: server.name,
    'segments per s': perS,
    'Gb/s': (seen.bytes * 8) / seen.tookS / 1e9,
    'server core %': (100 * serverS) / seen.tookS,
    'clients core %': (100 * seen.cpuS) / seen.tookS,
  };
}

/** nginx as Debian ships it, one process, the same segments as plain files; undefined when it is not installed. */
async function startNginx(
  origin: string,
  paths: readonly string[],
): Promise<(Server & { stop(): Promise<void> }) | undefined> {
  if (NGINX === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tabcast-nginx-'));
  for (const path of paths) {
    const file = join(folder, 'www', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await fetchBytes(origin + path));
  }
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    config,
    `${user} master_process off; daemon off; pid ${folder}/pid; error_log stderr;
    events { worker_connections 1024; }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
      server { listen 127.0.0.1:${port}; root ${folder}/www; } }`,
  );
  const server: ChildProcess = spawn(NGINX, ['-c', config, '-p', folder], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error('nginx did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    name: 'nginx',
    url,
    pid: server.pid ?? 0,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Until all of them lie in their files: only those have a length that is known beforehand. */
async function filed(url: string, paths: readonly string[]): Promise<void> {
  for (const path of paths)
    while (!(await fetch(url + path, { method: 'HEAD' })).headers.has('content-length'))
      await new Promise((resolve) => setTimeout(resolve, 50));
}

/** The origin and nginx in turn, on few segments and on many; all of them are in the kernel's page cache. */
export async function finishedSegments(
  { url, pid }: { readonly url: string; readonly pid: number },
  seconds: number,
): Promise<readonly Row[]> {
  const { id, finished } = await publish({
    origin: url,
    pastSeconds: WIDE_SEGMENTS * SEGMENT_SECONDS,
    seconds: WIDE_SEGMENTS * SEGMENT_SECONDS,
  });
  await finished;
  const mixes = [mixOf('few', id, FEW_SEGMENTS), mixOf('many', id, WIDE_SEGMENTS)];
  await filed(url, mixes.at(-1)?.paths ?? []);
  const nginx = await startNginx(url, mixes.at(-1)?.paths ?? []);
  if (nginx === undefined) console.log('nginx is not installed here: finished segments are measured alone.');
  const rows: Row[] = [];
  for (const mix of mixes) {
    const before = await ownMetrics(url);
    const row = await load({ name: 'Tabcast', url, pid }, mix, seconds);
    const after = await ownMetrics(url);
    const [memory = 0, disk = 0] = ['memory', 'disk'].map((from) =>
      grown(`tabcast_media_cache_reads_total{from="${from}"}`, before, after),
    );
    rows.push({ ...row, 'from memory %': memory + disk === 0 ? null : (100 * memory) / (memory + disk) });
    if (nginx !== undefined) rows.push({ ...(await load(nginx, mix, seconds)), 'from memory %': null });
  }
  await nginx?.stop();
  return rows;
}
