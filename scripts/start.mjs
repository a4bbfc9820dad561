import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, findNode, NO_NODE, projectEnv, root } from './install.mjs';
import { ensurePacked } from './pack-fallback.mjs';

const say = (sentence) => console.log(sentence);
const fail = (sentence) => {
  console.error(sentence);
  process.exitCode = 1;
};

const GROUP_GRACE_MS = 300;

function serve(node, args) {
  const server = spawn(node, [join(root, 'src', 'origin', 'main.ts'), ...args], {
    stdio: 'inherit',
    env: projectEnv(),
  });
  // A whole process group is often signalled at once, by a terminal always: the server then has the signal already,
  // and a second one would tell it not to wait for anybody.
  const passOn = (signal) => setTimeout(() => server.exitCode ?? server.kill(signal), GROUP_GRACE_MS);
  process.on('SIGINT', () => process.stdin.isTTY || passOn('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => passOn(signal));
  server.on('error', (error) => fail(`The server could not be started: ${error.message}`));
  server.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
    process.removeAllListeners();
  });
}

const args = process.argv.slice(2);
const isQuestion = args.some((arg) => arg === '--help' || arg === '-h');
const notInstalled = ensureInstalled({ withDev: false, say });
const node = findNode();
if (notInstalled !== undefined) fail(notInstalled);
else if (node === undefined) fail(NO_NODE);
else {
  const notBuilt = isQuestion ? undefined : ensureBuilt({ node, say });
  // The server does without; a folder that may not be written to is no reason not to start.
  if (!isQuestion) await ensurePacked(say).catch(() => undefined);
  if (notBuilt === undefined) serve(node, args);
  else fail(notBuilt);
}
