import { spawnSync } from 'node:child_process';
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

/** What needs both cores for itself runs after what does not, never beside it. */
function roundsOf(args) {
  if (args.some((arg) => arg.startsWith('--project'))) return [args];
  return [['--project=unit', '--project=paired'], ['--project=chromium']].map((projects) => [
    ...projects,
    '--pass-with-no-tests',
    ...args,
  ]);
}

/** @returns how many tests there were */
function runPlaywright(node, args) {
  const summaryFile = join(root, '.cache', 'test-summary.json');
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(summaryFile, { force: true });
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  spawnSync(node, [cli, 'test', '-c', join('tests', 'playwright.config.ts'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...projectEnv(), TABCAST_SUMMARY: summaryFile },
  });
  if (!existsSync(summaryFile)) {
    step('the test runner', 'it ended without a result');
    return 1;
  }
  const counts = JSON.parse(readFileSync(summaryFile, 'utf8'));
  for (const key of Object.keys(total)) total[key] += counts[key];
  return counts.passed + counts.failed + counts.skipped;
}

const stop = ensureInstalled({ withDev: true, say }) ?? (findNode() === undefined ? NO_NODE : await ensureTools(say));
if (stop === undefined) {
  const node = findNode();
  const check = spawnSync('npm', ['run', '--silent', 'check'], {
    cwd: root,
    stdio: 'inherit',
    env: projectEnv(),
    shell: process.platform === 'win32',
  });
  step('types, lint, import law, documents', check.status === 0 ? undefined : 'the reason is above');
  const notBuilt = ensureBuilt({ node, say });
  step('build', notBuilt);
  let found = 0;
  for (const args of roundsOf(process.argv.slice(2))) found += runPlaywright(node, args);
  if (found === 0) step('the test runner', 'it found no test to run');
} else step('setting up', stop);
finish();
