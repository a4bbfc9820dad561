import path from 'node:path';
import { parseArgs } from 'node:util';
import { backUp, CareProblem, type CopyReport, restore } from './backup.ts';
import { diskFiles } from './file-system.ts';
import { scrub } from './scrub.ts';

const HELP = `npm run backup -- <folder>    copies everything to a new folder, while Tabcast runs
npm run restore -- <folder>   puts a backup back, into an empty data folder
npm run scrub                 reads every recording and compares it with its digests
                              --set-aside: damaged segments are renamed and no longer served

--data-dir <folder>, or DATA_DIR: where Tabcast keeps its data (./data)
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const copied = ({ broadcasts, files, bytes }: CopyReport): string =>
  `${broadcasts} ${broadcasts === 1 ? 'broadcast' : 'broadcasts'}, ${files} files, ${megabytes(bytes)}.`;

/** Resolves with the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string', default: process.env['DATA_DIR'] ?? 'data' },
      'set-aside': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, folder] = positionals;
  const dataDir = path.resolve(values['data-dir']);
  if (values.help || command === undefined) {
    say(HELP);
    return values.help ? 0 : 2;
  }
  if (command === 'scrub') {
    const { segments, bytes, damaged } = await scrub(diskFiles, path.join(dataDir, 'broadcasts'), values['set-aside']);
    for (const { file, what } of damaged) say(`damaged: ${file}: ${what}`);
    say(`${segments} segments, ${megabytes(bytes)} good, ${damaged.length} damaged.`);
    return damaged.length === 0 ? 0 : 1;
  }
  if (folder === undefined) throw new CareProblem(`Name the folder: npm run ${command} -- /path/to/folder`);
  if (command === 'backup') say(`Backed up: ${copied(await backUp(dataDir, path.resolve(folder)))}`);
  else say(`Restored: ${copied(await restore(path.resolve(folder), dataDir))} Start Tabcast now.`);
  return 0;
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
