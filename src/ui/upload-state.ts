import type { RecordingState } from '../../workers/recording-messages.ts';
import type { JobView } from '../mapreduce/job.ts';
import { clockText, spokenLength } from './time-words.ts';

/** What a person chose: the file, and where the browser can open it again after the tab was closed. */
export interface ChosenFile {
  readonly file: File;
  readonly handle: FileSystemFileHandle | undefined;
}

/** An upload that a closed tab left. */
export interface LeftUpload {
  readonly id: string;
  readonly fileName: string;
  readonly handle: FileSystemFileHandle | undefined;
}

export interface SegmentCounts {
  readonly done: number;
  readonly working: number;
  readonly setAside: number;
  readonly total: number;
  /** 0 to 1, with what is half done. */
  readonly share: number;
}

export function countSegments(segments: readonly JobView[]): SegmentCounts {
  const of = (state: JobView['state']): number => segments.filter((one) => one.state === state).length;
  const total = segments.length;
  const progress = segments.reduce((sum, one) => sum + one.progress, 0);
  return {
    done: of('done'),
    working: of('working'),
    setAside: of('set-aside'),
    total,
    share: total === 0 ? 0 : progress / total,
  };
}

/** `7 done by Worker 1`, whoever made most first. */
export function doneBy(segments: readonly JobView[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { state, holders } of segments)
    if (state === 'done') for (const holder of holders) counts.set(holder, (counts.get(holder) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([holder, count]) => `${count} done by ${holder}`);
}

/** Which piece of the map a key leads to; undefined for a key that is not the map's. */
export function pieceAfterKey(key: string, at: number, map: { total: number; columns: number }): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + map.columns,
    ArrowUp: at - map.columns,
    Home: 0,
    End: map.total - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.min(map.total - 1, Math.max(0, to));
}

/** What a piece of the map says when it is pointed at. */
export function cellWords({ segment, state, holders, progress, failures, reason }: JobView): string {
  const where = `${clockText(segment * 10_000)} to ${clockText((segment + 1) * 10_000)}`;
  const retried = failures === 0 ? '' : `, tried ${failures + 1} times`;
  switch (state) {
    case 'waiting':
      return `${where}: waiting${retried}`;
    case 'working':
      return `${where}: ${Math.round(progress * 100)} % by ${holders.join(' and ')}${retried}`;
    case 'done':
      return `${where}: done by ${holders.join()}${retried}`;
    case 'set-aside':
      return `${where}: set aside. ${reason ?? ''}`;
  }
}

/** How fast, and by whom. */
export function madeByWords({
  framesPerSecond,
  workers,
  help,
}: Pick<RecordingState, 'framesPerSecond' | 'workers' | 'help'>): string {
  const here = help.helpers.filter(({ isHere }) => isHere);
  const all = here.reduce((sum, helper) => sum + helper.framesPerSecond, framesPerSecond);
  const own = `${workers} ${workers === 1 ? 'worker' : 'workers'} of this tab`;
  const others = here.length === 0 ? '' : ` and ${here.length} ${here.length === 1 ? 'helper' : 'helpers'}`;
  return `${Math.round(all)} pictures a second by ${own}${others}`;
}

/** Rough on purpose: nobody wants to see it jump by seconds. */
export function leftText(leftMs: number | undefined): string {
  if (leftMs === undefined) return 'Working out how long it takes…';
  if (leftMs < 20_000) return 'Nearly done';
  const stepMs = leftMs < 120_000 ? 15_000 : 60_000;
  return `About ${spokenLength(Math.ceil(leftMs / stepMs) * stepMs)} left`;
}

/** The title of a file: its name, without what says its type. */
export const titleOfFile = (name: string): string =>
  Array.from(name.replace(/\.[A-Za-z0-9]{1,5}$/, ''))
    .slice(0, 120)
    .join('');
