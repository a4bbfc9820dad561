import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, findNode, NO_NODE, projectEnv, root } from './install.mjs';

const HELP = `The long rounds of everything under tests/chaos, and of tests/e2e/storm-*; npm test runs a short round of each.
  --seed N    the first seed; a failure names the one to run again (random)
  --seconds N how long storm-viewers cuts the line (60), or storm-slow-line keeps it slow (300)
  --short     the short rounds, with the seed
  [filter]    only files whose names contain it, e.g. origin-kill
`;

function chaos() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      seconds: { type: 'string' },
      short: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  const problem = ensureInstalled({ withDev: true, say: (sentence) => console.log(sentence) });
  if (problem !== undefined) return problem;
  const node = findNode();
  if (node === undefined) return NO_NODE;
  const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
  console.log(`First seed: ${seed}. Again with: npm run chaos -- --seed ${seed}`);
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const config = join('tests', 'playwright.config.ts');
  const filters =
    positionals.length === 0 ? ['chaos/', 'e2e/storm'] : positionals.map((name) => `(chaos/|e2e/(?=storm)).*${name}`);
  const done = spawnSync(node, [cli, 'test', '-c', config, ...filters], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...projectEnv(),
      TABCAST_CHAOS: values.short ? 'short' : 'long',
      TABCAST_CHAOS_SEED: seed,
      ...(values.seconds === undefined ? {} : { TABCAST_CHAOS_SECONDS: values.seconds }),
    },
  });
  process.exitCode = done.status ?? 1;
  return undefined;
}

const problem = chaos();
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
