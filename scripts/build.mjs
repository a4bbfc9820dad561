import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectEnv, root } from './install.mjs';

const SOURCES = ['index.html', 'vite.config.ts', 'package-lock.json', 'public', 'src', 'workers'];
const stampFile = join(root, 'dist', '.stamp');

function filesUnder(path) {
  if (!existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}

/** By content, not by time: a fresh checkout or a copied folder has new times and old bytes. */
function hashOfSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesUnder)) {
    if (file.startsWith('src/origin/') || file.endsWith('.md')) continue;
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Builds `dist` when its sources changed since the last build. Returns a sentence when that failed. */
export function ensureBuilt({ node, say }) {
  const hash = hashOfSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return undefined;
  say('Building the pages.');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(node, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
    env: projectEnv(),
  });
  if (done.status !== 0) return 'The pages could not be built; the reason is above.';
  writeFileSync(stampFile, hash);
  return undefined;
}
