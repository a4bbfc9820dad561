import type { JobBoard } from '../src/mapreduce/job-board.ts';
import { durationMsOf } from '../src/mapreduce/recording-plan.ts';
import type { RecordingFile } from './recording-file.ts';
import { isHelp, type RecordingHelp } from './recording-help.ts';
import type { SegmentView, SourceWords } from './recording-messages.ts';

/** Helpers are one holder to the board, and people with names to the creator. */
export const segmentViews = (board: JobBoard, help: RecordingHelp): readonly SegmentView[] =>
  board.views().map((view) => {
    if (!view.holders.some(isHelp)) return { ...view, isHelped: false };
    const own = view.holders.filter((holder) => !isHelp(holder));
    return { ...view, holders: [...own, ...help.namesOf(view.segment)], isHelped: true };
  });

export const sourceWords = ({ width, height, plan, sound }: RecordingFile, name: string): SourceWords => ({
  name,
  width,
  height,
  frameRate: plan.frameRate,
  durationMs: durationMsOf(plan),
  hasSound: sound !== undefined,
});
