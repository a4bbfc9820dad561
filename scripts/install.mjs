import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binDir = join(root, 'node_modules', '.bin');

/** The environment with the project's own tools, and its own Node, first. */
export const projectEnv = () => ({ ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ''}` });

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** Names of the locked packages that are not installed in the locked version. */
function missingPackages(withDev) {
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const there = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && !entry.optional && !entry.devOptional && (withDev || !entry.dev))
    .filter(([path, entry]) => there[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^node_modules\//, ''));
}

function hasDevPackages() {
  const there = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages ?? {};
  return Object.values(there).some((entry) => entry.dev);
}

/**
 * npm itself must not run on the Node inside node_modules: `npm ci` deletes that folder first. Under `npm start` the
 * environment names the Node and the npm of the machine.
 */
function npm(args) {
  const script = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== binDir);
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path.join(delimiter) } };
  if (script?.endsWith('.js') && node !== undefined && !node.startsWith(binDir) && existsSync(node))
    return spawnSync(node, [script, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** Installs what the lock file asks for and is not there. Returns a sentence when that failed. */
export function ensureInstalled({ withDev, say }) {
  const missing = missingPackages(withDev);
  if (missing.length > 0) {
    const keepDev = withDev || hasDevPackages();
    say(`Installing ${missing.length} packages. This takes about a minute, and only the first time.`);
    const flags = ['--no-audit', '--no-fund', '--loglevel=error', keepDev ? '--include=dev' : '--omit=dev'];
    const done = npm(['ci', ...flags]);
    if (done.status !== 0)
      return 'npm could not install the packages (its own words are above). Check the network and start again.';
  }
  return undefined;
}

/** Path of a Node that runs TypeScript as it is: the one among the packages, else the one we are on. */
export function findNode() {
  const own = join(binDir, process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(own) && process.platform !== 'win32') return own;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

export const NO_NODE =
  'Tabcast runs on Node 24, which comes as the npm package `node`; it is missing, probably because npm was told not ' +
  'to run install scripts. Run `npm rebuild node`, or install Node 24.';
