import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, findNode, NO_NODE, projectEnv, root } from './install.mjs';
import { ensureTools } from './system-tools.mjs';

const say = (sentence) => console.log(sentence);
const total = { passed: 0, failed: 0, skipped: 0 };

function finish() {
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.exitCode = total.failed === 0 ? 0 : 1;
  say(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
}

function step(name, problem) {
  if (problem === undefined) total.passed++;
  else total.failed++;
  say(problem === undefined ? `ok   ${name}` : `FAIL ${name}: ${problem}`);
}

/** Types, lint, import law, documents. Prints what they say in one piece, and when they have all said it. */
async function check() {
  const checking = spawn('npm', ['run', '--silent', 'check'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: projectEnv(),
    shell: process.platform === 'win32',
  });
  const printed = [];
  for (const stream of [checking.stdout, checking.stderr]) stream.on('data', (chunk) => printed.push(chunk));
  const [code] = await once(checking, 'close');
  process.stdout.write(Buffer.concat(printed));
  step('types, lint, import law, documents', code === 0 ? undefined : 'the reason is above');
}

/** What needs both cores for itself runs after what does not, never beside it. */
function roundsOf(args) {
  if (args.some((arg) => arg.startsWith('--project'))) return [args];
  return [['--project=unit', '--project=paired'], ['--project=chromium']].map((projects) => [
    ...projects,
    '--pass-with-no-tests',
    ...args,
  ]);
}

/** @returns the counts, or undefined when there are none */
async function runPlaywright(node, args) {
  const summaryFile = join(root, '.cache', 'test-summary.json');
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(summaryFile, { force: true });
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const testing = spawn(node, [cli, 'test', '-c', join('tests', 'playwright.config.ts'), ...args], {
    cwd: root,
    stdio: 'inherit',
    // Half of what a start of an origin costs is compiling it; a hundred of them are started.
    env: { ...projectEnv(), TABCAST_SUMMARY: summaryFile, NODE_COMPILE_CACHE: join(root, '.cache', 'node') },
  });
  await once(testing, 'close');
  if (!existsSync(summaryFile)) {
    step('the test runner', 'it ended without a result');
    return undefined;
  }
  return JSON.parse(readFileSync(summaryFile, 'utf8'));
}

/**
 * Real browsers with real encoders share two cores with everything else. What lost its turn there runs once more by
 * itself, and once again; what is broken fails each time. All tries and their errors are in what is printed.
 *
 * @returns how many tests there were
 */
async function runRound(node, args) {
  const counts = await runPlaywright(node, args);
  if (counts === undefined) return 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
  if (counts.failed > 0 && args.some((arg) => arg.startsWith('--project=') && !arg.endsWith('=unit'))) {
    say(`\n${counts.failed} failed. Those with a browser run again, one at a time:`);
    const browsers = ['--project=paired', '--project=chromium', '--pass-with-no-tests'];
    const again = await runPlaywright(node, [...browsers, '--last-failed', '--workers=1', '--retries=1']);
    const passed = again?.passed ?? 0;
    total.passed += passed;
    total.failed -= passed;
  }
  return counts.passed + counts.failed + counts.skipped;
}

const stop = ensureInstalled({ withDev: true, say }) ?? (findNode() === undefined ? NO_NODE : await ensureTools(say));
if (stop === undefined) {
  const node = findNode();
  const notBuilt = ensureBuilt({ node, say });
  step('build', notBuilt);
  const asked = process.argv.slice(2);
  const checking = check();
  // Unit tests, which come first when everything runs, can do with half of the machine; what was asked for may not.
  if (asked.length > 0) await checking;
  let found = 0;
  for (const args of roundsOf(asked)) {
    found += await runRound(node, args);
    await checking;
  }
  if (found === 0) step('the test runner', 'it found no test to run');
} else step('setting up', stop);
finish();
