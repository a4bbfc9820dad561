import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { freePort } from '../helpers/free-port.ts';
import { publish } from '../helpers/publisher.ts';
import { broadcastList } from '../helpers/studio.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly exitCode: Promise<number | null>;
  output(): string;
}

/** What `npm start -- <args>` runs. */
function start(args: readonly string[], dataDir: string): Started {
  const env = { ...process.env, DATA_DIR: dataDir, HOST: '127.0.0.1', BROADCAST_BY: '' };
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  return { child, exitCode: once(child, 'exit').then(([code]) => code as number | null), output: () => printed };
}

const isHealthy = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok === true;

test('after npm run build, npm start writes nothing more, says where it is ready, ends cleanly on a signal, and keeps the recordings for the next start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-start-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  execFileSync('npm', ['run', 'build'], { cwd: ROOT, shell: process.platform === 'win32' });
  const first = start(['--port', String(port), '--broadcast-by', 'anyone'], dataDir);
  await expect.poll(() => isHealthy(port), { timeout: 90_000 }).toBe(true);
  await expect.poll(() => first.output()).toMatch(new RegExp(`Tabcast is ready at http://[^ ]+:${port}`));
  for (const words of ['Building', 'Packing']) expect(first.output()).not.toContain(words);
  const recording = await publish({ origin, title: 'Kept', pastSeconds: 12, seconds: 12 });
  await recording.finished;
  await recording.end();
  first.child.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);

  const second = start(['--port', String(port)], dataDir);
  await expect.poll(() => isHealthy(port), { timeout: 90_000 }).toBe(true);
  // As it comes, only who is invited may broadcast, and the first start says how to become who invites.
  await expect.poll(() => second.output()).toContain(`${origin.replace('127.0.0.1', 'localhost')}/account#`);
  const json = { 'content-type': 'application/json' };
  const refused = await fetch(`${origin}/api/broadcasts`, { method: 'POST', headers: json, body: '{"title":"x"}' });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'no_admin_yet' });
  expect(await broadcastList(origin)).toEqual([expect.objectContaining({ id: recording.id, title: 'Kept' })]);
  const segment = await fetch(`${origin}/live/${recording.id}/v720/0.m4s`);
  expect(segment.status).toBe(200);
  expect((await segment.bytes()).length).toBeGreaterThan(1_000_000);
  second.child.kill('SIGINT');
  expect(await second.exitCode).toBe(0);
  await rm(dataDir, { recursive: true });
});

test('npm start -- --help explains the options and ends', async () => {
  const asked = start(['--help'], tmpdir());
  expect(await asked.exitCode).toBe(0);
  for (const option of ['--port', '--host', '--cert']) expect(asked.output()).toContain(option);
});

test('npm start says in a sentence that its port is taken, and fails', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-start-'));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const started = start(['--port', String(port)], dataDir);
  expect(await started.exitCode).not.toBe(0);
  expect(started.output()).toContain(`Port ${port} is taken`);
  taken.close();
  await rm(dataDir, { recursive: true });
});
