import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './install.mjs';

const LINK = /\]\(([^)\s]+)\)/g;
const MACHINE_PATH = /(?:^|[\s`"'(])(?:file:\/\/|\/home\/|\/Users\/|\/root\/|\/tmp\/|[A-Z]:\\)/;

function problemsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const dead = [...text.matchAll(LINK)]
    .map((match) => match[1])
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .filter((target) => !existsSync(join(root, dirname(file), decodeURI(target.replace(/[#?].*$/, '')))))
    .map((target) => `${file}: the link ${target} leads nowhere`);
  const absolute = text
    .split('\n')
    .flatMap((line, i) => (MACHINE_PATH.test(line) ? [`${file}:${i + 1}: a path of one machine`] : []));
  return [...dead, ...absolute];
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const problems = files.flatMap(problemsOf);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`Checked ${files.length} documents.`);
process.exitCode = problems.length === 0 ? 0 : 1;
