import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { live } from '../../src/protocol/urls.ts';
import { freePort } from '../../tests/helpers/free-port.ts';
import { fetchBytes } from '../../tests/helpers/media-checks.ts';

const CLIENTS = 32;
const SEGMENTS = [0, 1, 2];
const TRACKS = ['v720', 'v480', 'v360', 'a128'];
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) => existsSync(path));

const pathsOf = (id: string): string[] =>
  TRACKS.flatMap((track) => SEGMENTS.map((segment) => live.segment(id, track, segment)));

/** So many clients, each asking for one whole segment after another over its own connection. */
export async function loadSegments(url: string, id: string, seconds: number): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const paths = pathsOf(id);
  const started = Date.now();
  const endMs = started + seconds * 1000;
  let bytes = 0;
  let answers = 0;
  const client = async (offset: number): Promise<void> => {
    for (let i = offset; Date.now() < endMs; i++) {
      const path = paths[i % paths.length] ?? '';
      await new Promise<void>((resolve, reject) => {
        get(url + path, { agent }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          answer.on('end', resolve);
        }).on('error', reject);
      });
      answers++;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  agent.destroy();
  const tookS = (Date.now() - started) / 1000;
  return { clients: CLIENTS, 'segments per s': answers / tookS, 'Gb/s': (bytes * 8) / tookS / 1e9 };
}

/** nginx as Debian ships it, one worker, the same segments as plain files; undefined when it is not installed. */
export async function startNginx(
  origin: string,
  id: string,
): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (NGINX === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tabcast-nginx-'));
  for (const path of pathsOf(id)) {
    const file = join(folder, 'www', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await fetchBytes(origin + path));
  }
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    config,
    `${user} worker_processes 1; daemon off; pid ${folder}/pid; error_log stderr;
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
    url,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
