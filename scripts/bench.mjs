import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, findNode, NO_NODE, projectEnv, root } from './install.mjs';

const say = (sentence) => console.log(sentence);
const [name = '', ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;
const names = readdirSync(join(root, 'bench'))
  .filter((file) => /^[a-z]+\.ts$/.test(file))
  .map((file) => file.replace('.ts', ''));

function bench() {
  if (!names.includes(name) || !existsSync(join(root, 'bench', `${name}.ts`)))
    return `Say which: npm run bench -- ${names.join('|')} [-- options]; --help tells the options of each.`;
  const problem = ensureInstalled({ withDev: true, say });
  if (problem !== undefined) return problem;
  const node = findNode();
  if (node === undefined) return NO_NODE;
  const notBuilt = ensureBuilt({ node, say });
  if (notBuilt !== undefined) return notBuilt;
  const script = join(root, 'bench', `${name}.ts`);
  const done = spawnSync(node, [script, ...args], { cwd: root, stdio: 'inherit', env: projectEnv() });
  process.exitCode = done.status ?? 1;
  return undefined;
}

const problem = bench();
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
