import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tests/helpers/browser.ts';
import { measureAlone } from './ladder/alone.ts';
import { SOURCE, SOURCE_FRAMES, sourceClip } from './ladder/clip.ts';
import { browserContestant, type Contestant, nativeContestant } from './ladder/contestants.ts';
import { isQuiet, measureQuietly, type Run } from './ladder/measure.ts';
import { profileEngine } from './ladder/profile.ts';
import { RUNGS } from './ladder/rungs.ts';
import { openSite } from './ladder/site.ts';
import { summarise } from './ladder/summary.ts';
import { printTable, writeResult } from './shared/report.ts';

const HELP = `npm run bench -- ladder [-- options]
One 1080p30 clip to 720p, 480p and 360p: our engine, native ffmpeg, mediabunny and ffmpeg.wasm, several runs each, in turn.
  --rounds <n>   runs of the fast contestants (default 4; the slow ones take part in half as many)
  --quick        a quarter of the clip and two rounds: to see that it works, not to quote
  --encoder wasm the engine on its fallback encoder, against itself and native ffmpeg only, and each encoder alone
  --profile      print where our engine's time goes even when the goal is met`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    quick: { type: 'boolean', default: false },
    encoder: { type: 'string' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** What others do with the disk must not hold up the contestants that read and write files. */
const MEMORY_DISK = '/dev/shm';
const REPEAT_MS = 120_000;

async function main(): Promise<void> {
  const rounds = values.quick ? 2 : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on');
  const say = (sentence: string): void => console.log(sentence);
  const folder = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), 'tabcast-ladder-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(1);
    });
  const out = join(folder, 'out');
  mkdirSync(out);
  const clip = join(folder, 'clip.mp4');
  copyFileSync(sourceClip(say), clip);
  const site = await openSite(clip, folder);
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const whole = { frames: values.quick ? 150 : SOURCE_FRAMES, rounds };
    const fewer = Math.max(1, Math.round(rounds / 2));
    const part = { frames: values.quick ? 60 : 150, rounds: fewer };
    const all: readonly Contestant[] = [
      browserContestant('engine', 'Tabcast engine', page, out, whole),
      nativeContestant('ultrafast', clip, out, whole),
      browserContestant('engine-scaled', 'same, scaled once before the encoders', page, out, {
        ...whole,
        rounds: fewer,
      }),
      nativeContestant('veryfast', clip, out, { ...whole, rounds: fewer }),
      nativeContestant('veryfast-live', clip, out, part),
      browserContestant('mediabunny', 'mediabunny Conversion', page, out, part),
      browserContestant('wasm', 'ffmpeg.wasm, x264 ultrafast', page, out, part),
    ];
    const fallback: readonly Contestant[] = [
      browserContestant('engine', 'Tabcast engine', page, out, part),
      browserContestant('engine-wasm', 'Tabcast engine on its fallback (ffmpeg.wasm)', page, out, part),
      nativeContestant('ultrafast', clip, out, part),
      nativeContestant('veryfast', clip, out, part),
    ];
    const isFallback = values.encoder === 'wasm';
    const contestants = isFallback ? fallback : all;
    const alone = isFallback ? await measureAlone(page, fewer) : null;
    if (alone !== null) printTable('One encoder alone, as the studio measures it before going live', alone);
    const runs = await race(contestants, isFallback ? fewer : rounds, say, isFallback ? REPEAT_MS / 4 : REPEAT_MS);
    say('Comparing every frame with the source.');
    const { rows, goals, contestantResults } = summarise(contestants, runs, clip, out);
    printTable(
      `1080p30 to 720p, 480p and 360p (${SOURCE.seconds} s, H.264 High, ${SOURCE.bitrateBps / 1e6} Mb/s)`,
      rows,
    );
    printTable('Goals', goals);
    const allRuns = [...runs.values()].flat();
    const disturbed = allRuns.filter((run) => !isQuiet(run)).length;
    if (disturbed > 0)
      say(
        `\nOther work disturbed ${disturbed} of ${allRuns.length} runs: repeat on a quiet machine before quoting a figure.`,
      );
    const isShort = goals.some((goal) => goal['met'] === 'no');
    const profile =
      (isShort && !isFallback) || values.profile
        ? await profileEngine(page, clip, whole.frames, { rungs: RUNGS, contestant: 'engine' })
        : null;
    if (profile !== null) printTable('Where the time of our engine goes', profile);
    writeResult('ladder', {
      source: SOURCE,
      rounds,
      quick: values.quick,
      contestants: contestantResults,
      goals,
      disturbedRuns: disturbed,
      alone,
      profile,
    });
  } finally {
    await browser.close();
    site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const percent = (share: number | null): string => (share === null ? '?' : `${Math.round(share * 100)} %`);

/** Every contestant in every round, every other round backwards, so that no one always runs on a warm machine. */
async function race(
  contestants: readonly Contestant[],
  rounds: number,
  say: (sentence: string) => void,
  repeatMs: number,
): Promise<ReadonlyMap<string, Run[]>> {
  // Enough to repeat some runs; on a machine that is never quiet the bench still ends.
  const deadlineMs = performance.now() + repeatMs;
  const runs = new Map<string, Run[]>(contestants.map(({ id }) => [id, []]));
  for (let round = 0; round < rounds; round++) {
    const inTurn = contestants.filter((contestant) => round < contestant.rounds);
    for (const contestant of round % 2 === 0 ? inTurn : inTurn.toReversed()) {
      await contestant.warm();
      const run = await measureQuietly(contestant.frames, () => contestant.run(), deadlineMs);
      runs.get(contestant.id)?.push(run);
      const others = `others ${percent(run.othersShare)}, idle ${percent(run.idleShare)}${isQuiet(run) ? '' : ', DISTURBED'}`;
      say(`round ${round + 1}: ${contestant.label} ${run.fps.toFixed(1)} frames/s (${others})`);
    }
  }
  return runs;
}

if (values.help) console.log(HELP);
else await main();
