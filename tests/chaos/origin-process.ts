import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MAIN = path.join(import.meta.dirname, '../../src/origin/main.ts');

export interface OriginProcess {
  readonly child: ChildProcess;
  readonly base: string;
  readonly tookMs: number;
}

export interface ProcessOptions {
  /** A program and its options in front of the origin's own, such as a tracer. */
  readonly prefix?: readonly string[];
  /** A free one when not said. */
  readonly port?: number;
}

/** The real process on a folder; resolves once it says that it is ready. */
export async function startProcess(
  dataDir: string,
  { prefix = [], port: wantedPort = 0 }: ProcessOptions = {},
): Promise<OriginProcess> {
  const startedMs = performance.now();
  const [tracer, ...options] = prefix;
  const command = tracer ?? process.execPath;
  const args = tracer === undefined ? [MAIN] : [...options, process.execPath, MAIN];
  const child = spawn(command, args, {
    env: {
      ...process.env,
      PORT: String(wantedPort),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      BROADCAST_BY: 'anyone',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'pipe', prefix.length === 0 ? 'inherit' : 'ignore'],
  });
  let said = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    said += chunk.toString();
    const port = /Tabcast is ready at http:\/\/localhost:(\d+)\n/.exec(said)?.[1];
    if (port !== undefined) return { child, base: `http://127.0.0.1:${port}`, tookMs: performance.now() - startedMs };
  }
  throw new Error(`the origin ended: ${said}`);
}

export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}
