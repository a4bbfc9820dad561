import type { JobBoard } from '../src/mapreduce/job-board.ts';
import { durationMsOf } from '../src/mapreduce/recording-plan.ts';
import type { RecordingFile } from './recording-file.ts';
import { isHelp, type RecordingHelp } from './recording-help.ts';
import type { RecordingState, SegmentView, SourceWords } from './recording-messages.ts';
import type { Recipe } from './segment-maker.ts';

export interface RecordingFacts extends Pick<RecordingState, 'phase' | 'broadcast' | 'framesPerSecond'> {
  readonly fileName: string;
  /** Undefined until the origin knows of the recording. */
  readonly work:
    | {
        readonly recording: Pick<RecordingFile, 'width' | 'height' | 'plan' | 'sound' | 'packets'>;
        readonly recipe: Pick<Recipe, 'renditions'>;
        readonly board: Pick<JobBoard, 'views' | 'usualMs'>;
        readonly help: Pick<RecordingHelp, 'namesOf' | 'helpers'>;
        /** Of this tab. */
        readonly makers: number;
        readonly soundShare: number;
        readonly isConnected: boolean;
      }
    | undefined;
}

/** What the page is told of an upload. */
export function recordingState({ phase, broadcast, framesPerSecond, fileName, work }: RecordingFacts): RecordingState {
  if (work === undefined)
    return {
      phase,
      broadcast,
      framesPerSecond,
      source: undefined,
      heights: [],
      segments: [],
      soundShare: 0,
      workers: 0,
      leftMs: undefined,
      isConnected: true,
      help: { helpers: [], isPossible: false },
    };
  const { recording, recipe, board, help, makers, soundShare, isConnected } = work;
  const segments = segmentViews(board, help);
  const left = segments.filter(({ state }) => state === 'waiting' || state === 'working').length;
  const helping = help.helpers.filter(({ isHere }) => isHere).length;
  const { usualMs } = board;
  return {
    phase,
    broadcast,
    framesPerSecond,
    source: sourceWords(recording, fileName),
    heights: recipe.renditions.map(({ height }) => height),
    segments,
    soundShare,
    workers: makers,
    leftMs: usualMs === null ? undefined : (left * usualMs) / Math.max(1, makers + helping),
    isConnected,
    help: { helpers: help.helpers, isPossible: recording.packets !== undefined },
  };
}

/** Helpers are one holder to the board, and people with names to the creator. */
const segmentViews = (board: Pick<JobBoard, 'views'>, help: Pick<RecordingHelp, 'namesOf'>): readonly SegmentView[] =>
  board.views().map((view) => {
    if (!view.holders.some(isHelp)) return { ...view, isHelped: false };
    const own = view.holders.filter((holder) => !isHelp(holder));
    return { ...view, holders: [...own, ...help.namesOf(view.segment)], isHelped: true };
  });

const sourceWords = (
  { width, height, plan, sound }: Pick<RecordingFile, 'width' | 'height' | 'plan' | 'sound'>,
  name: string,
): SourceWords => ({
  name,
  width,
  height,
  frameRate: plan.frameRate,
  durationMs: durationMsOf(plan),
  hasSound: sound !== undefined,
});
