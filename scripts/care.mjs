import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, findNode, NO_NODE, projectEnv, root } from './install.mjs';

function care(args) {
  const problem = ensureInstalled({ withDev: false, say: (sentence) => console.log(sentence) });
  if (problem !== undefined) return problem;
  const node = findNode();
  if (node === undefined) return NO_NODE;
  const done = spawnSync(node, [join(root, 'src', 'origin', 'care.ts'), ...args], {
    stdio: 'inherit',
    env: projectEnv(),
  });
  process.exitCode = done.status ?? 1;
  return undefined;
}

const problem = care(process.argv.slice(2));
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
