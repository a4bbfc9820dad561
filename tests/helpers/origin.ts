import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

const MAIN = fileURLToPath(new URL('../../src/origin/main.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;

export interface OriginOptions {
  /** A free one when not said. */
  readonly port?: number;
  /** A fresh temporary folder, removed by `stop`, when not said; one that is named is kept. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export interface RunningOrigin {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything the process printed so far. */
  output(): string;
  /** Asks it to end, waits for it, removes a temporary data folder. Resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: what a crash looks like. The data folder stays. */
  kill(): Promise<void>;
}

/**
 * Starts the real server as its own process, open to whoever wants to broadcast unless `env` says otherwise, and resolves once it answers `/healthz`.
 */
export async function startOrigin(options: OriginOptions = {}): Promise<RunningOrigin> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tabcast-origin-')));
  const server = spawn(process.execPath, [MAIN, ...(options.args ?? [])], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      BROADCAST_BY: 'anyone',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const url = `http://127.0.0.1:${port}`;
  const killNow = (): void => {
    server.kill('SIGKILL');
  };
  process.once('exit', killNow);
  const ended = once(server, 'exit').then(() => process.removeListener('exit', killNow));
  await untilHealthy(server, url, () => printed);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) server.kill(signal);
    await ended;
  };
  return {
    url,
    port,
    dataDir,
    pid: server.pid ?? 0,
    output: () => printed,
    async stop() {
      await end('SIGTERM');
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return server.exitCode;
    },
    kill: () => end('SIGKILL'),
  };
}

async function untilHealthy(server: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the origin ended with ${server.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    if (Date.now() > deadline) {
      server.kill('SIGKILL');
      throw new Error(`the origin did not answer /healthz in ${START_TIMEOUT_MS} ms:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
