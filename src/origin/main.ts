import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startOrigin } from './app.ts';
import { type CliOptions, HELP, readCli } from './options.ts';
import type { Tls } from './server.ts';

const ROOT = path.join(import.meta.dirname, '../..');
/** A second signal, or this long after the first, ends the process at once. */
const STOP_WITHIN_MS = 10_000;

async function readTls(files: CliOptions['tlsFiles']): Promise<Tls | undefined> {
  if (files === undefined) return undefined;
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
  return { cert, key };
}

function explain(error: unknown, options: CliOptions): string {
  const { code, path: file, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${options.port} is taken. Stop what uses it, or choose another: --port 8081`;
  if (code === 'EACCES' && file === undefined)
    return `Port ${options.port} needs more rights. Choose one above 1023: --port 8080`;
  if (code === 'ENOENT') return `${file} is not there. Check the path.`;
  if (code === 'EACCES') return `${file} may not be read or written. Check who owns it.`;
  return `Tabcast could not start: ${message}`;
}

async function run(options: CliOptions): Promise<void> {
  const origin = await startOrigin({
    host: options.host,
    port: options.port,
    dataDir: path.resolve(options.dataDir),
    staticDir: path.join(ROOT, 'dist'),
    fallback: {
      packageDir: path.join(ROOT, 'node_modules', '@ffmpeg', 'core'),
      cacheDir: path.join(ROOT, '.cache', 'ffmpeg'),
    },
    publicUrl: options.publicUrl,
    broadcastBy: options.broadcastBy,
    retention: options.retention,
    silence: options.silence,
    trustProxy: options.trustProxy,
    mediaCacheBytes: options.mediaCacheBytes,
    metricsToken: options.metricsToken,
    tls: await readTls(options.tlsFiles),
    logLevel: process.env['LOG_LEVEL'] ?? 'info',
  });
  const { log } = origin.app;
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    origin.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const setUpUrl = await origin.setUpUrl();
  const setUp =
    setUpUrl === undefined
      ? ''
      : `Nobody looks after it yet. This link makes the first administrator, once: ${setUpUrl}\n`;
  // In one piece: whoever waits for the first line may stop listening after it.
  process.stdout.write(`Tabcast is ready at ${origin.url}\n${setUp}`);
}

const request = readCli(process.argv.slice(2), process.env);
if (request.kind === 'help') process.stdout.write(HELP);
else if (request.kind === 'wrong') {
  process.stderr.write(`${request.message}\n`);
  process.exitCode = 2;
} else
  run(request.options).catch((error: unknown) => {
    process.stderr.write(`${explain(error, request.options)}\n`);
    process.exit(1);
  });
