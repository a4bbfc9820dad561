import { ensureBuilt } from './build.mjs';
import { ensureInstalled, findNode, NO_NODE } from './install.mjs';
import { ensurePacked } from './pack-fallback.mjs';

/** Everything that the first `npm start` would write into this folder, so that afterwards it may be read-only. */
const say = (sentence) => console.log(sentence);
const node = findNode();
const problem = ensureInstalled({ withDev: false, say }) ?? (node === undefined ? NO_NODE : ensureBuilt({ node, say }));
if (problem === undefined) await ensurePacked(say);
else {
  console.error(problem);
  process.exitCode = 1;
}
