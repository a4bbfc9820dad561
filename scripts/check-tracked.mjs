import { execFileSync } from 'node:child_process';
import { root } from './install.mjs';

// A link to a folder of packages, once committed, takes the place of the folder wherever it is checked out.
const listed = execFileSync('git', ['ls-files', '-ci', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
const tracked = listed.split('\n').filter((file) => file !== '');
for (const file of tracked) console.error(`${file}: .gitignore leaves it out, so run: git rm --cached ${file}`);
process.exitCode = tracked.length === 0 ? 0 : 1;
