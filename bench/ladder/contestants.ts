import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ffmpeg } from './ffmpeg.ts';
import type { BrowserContestant, LadderPage } from './page/main.ts';
import type { Made } from './quality.ts';
import { RUNGS } from './rungs.ts';
import { ladderArguments, type X264Preset } from './x264.ts';

export interface Contestant {
  readonly id: string;
  readonly label: string;
  /** Pictures of the clip it gets: the slow ones get the beginning, because only frames a second count. */
  readonly frames: number;
  /** Rounds it takes part in. */
  readonly rounds: number;
  /** A few frames, not counted: code and files are in memory then, for everyone alike. */
  warm(): Promise<unknown>;
  /** One run from the file to finished files; seconds. */
  run(): Promise<number>;
  /** What a run leaves behind, in the order of the rungs. */
  readonly made: readonly Made[];
}

const WARM_FRAMES = 15;

interface Lengths {
  readonly frames: number;
  readonly rounds: number;
}

export function nativeContestant(preset: X264Preset, clip: string, folder: string, lengths: Lengths): Contestant {
  const outputs = RUNGS.map(({ height }) => join(folder, `native-${preset}-${height}.mp4`));
  return {
    id: `native-${preset}`,
    label: `native ffmpeg, x264 ${preset === 'veryfast-live' ? 'veryfast zerolatency' : preset}`,
    ...lengths,
    warm: () => Promise.resolve(ffmpeg(ladderArguments(clip, outputs, RUNGS, WARM_FRAMES, preset))),
    run: () => {
      const startedAt = performance.now();
      ffmpeg(ladderArguments(clip, outputs, RUNGS, lengths.frames, preset));
      return Promise.resolve((performance.now() - startedAt) / 1000);
    },
    made: outputs.map((file) => ({ file, track: 0 })),
  };
}

export function browserContestant(
  id: BrowserContestant,
  label: string,
  page: Page,
  folder: string,
  lengths: Lengths,
): Contestant {
  const isOneFile = id === 'mediabunny';
  return {
    id,
    label,
    ...lengths,
    warm: () => runOnPage(page, id, WARM_FRAMES, RUNGS),
    run: async () => {
      const time = await runOnPage(page, id, lengths.frames, RUNGS);
      if (time.frames !== lengths.frames) throw new Error(`${label} made ${time.frames} of ${lengths.frames} frames`);
      return time.seconds;
    },
    made: RUNGS.map((_, i) => ({ file: join(folder, `${id}-${isOneFile ? 0 : i}.mp4`), track: isOneFile ? i : 0 })),
  };
}

type LadderWindow = Window & { readonly ladder: LadderPage };

/** One run of a contestant on the page, with the rungs given; none at all means decoding only. */
export const runOnPage = (page: Page, id: BrowserContestant, frames: number, rungs: typeof RUNGS) =>
  page.evaluate(([name, count, list]) => (window as unknown as LadderWindow).ladder.run(name, count, list), [
    id,
    frames,
    rungs,
  ] as const);
