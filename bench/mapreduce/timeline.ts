import type { Cell } from '../shared/report.ts';
import type { Mark } from './worker-marks.ts';

/** Processor seconds of this process and all it started so far, at a moment of the wall clock. */
export interface ProcessorSample {
  readonly atMs: number;
  readonly seconds: number;
}

type Rows = Record<string, Cell>[];

/** What the pictures of the file wait for: of each step of time, what went on and how busy the processors were. */
export function timelineRows(marks: readonly Mark[], samples: readonly ProcessorSample[], stepMs: number): Rows {
  const [first] = marks;
  if (first === undefined) return [];
  const endMs = marks.at(-1)?.atMs ?? first.atMs;
  const heights = [...new Set(marks.flatMap(({ height }) => height ?? []))].sort((a, b) => b - a);
  const rows: Rows = [];
  /** Pictures inside each coder; what is in one that is closed is gone. */
  const inside = new Map<string, number>();
  const move = ({ worker, coder, height }: Mark, by: number): void => {
    const key = `${height ?? 'decoder'} ${worker} ${coder}`;
    inside.set(key, by === 0 ? 0 : (inside.get(key) ?? 0) + by);
  };
  const insideOf = (kind: string): number =>
    [...inside].reduce((sum, [key, count]) => (key.startsWith(`${kind} `) ? sum + count : sum), 0);
  let at = 0;
  for (let fromMs = first.atMs; fromMs < endMs; fromMs += stepMs) {
    let decoded = 0;
    const events: string[] = [];
    for (; at < marks.length; at++) {
      const mark = marks[at];
      if (mark === undefined || mark.atMs >= fromMs + stepMs) break;
      const isDecoded = mark.what === 'out-of-decoder';
      if (isDecoded) decoded++;
      if (mark.what === 'into-decoder' || mark.what === 'into-encoder') move(mark, 1);
      else if (isDecoded || mark.what === 'out-of-encoder') move(mark, -1);
      else if (mark.what === 'closed') move(mark, 0);
      else events.push(wordOf(mark));
    }
    rows.push({
      s: (fromMs - first.atMs) / 1000,
      decoded,
      processors: busyAt(samples, fromMs, fromMs + stepMs),
      'in decoder': insideOf('decoder'),
      ...Object.fromEntries(heights.map((height) => [`in ${height}p`, insideOf(`${height}`)])),
      events: counted(events),
    });
  }
  return rows;
}

const wordOf = ({ worker, what, height, path }: Mark): string =>
  [
    worker.replace('.worker', ''),
    what,
    height === undefined ? '' : `${height}p`,
    path?.replace(/[a-z0-9]{16}/, '…') ?? '',
  ]
    .filter((word) => word !== '')
    .join(' ');

/** The same thing several times is told once. */
function counted(events: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(event, (counts.get(event) ?? 0) + 1);
  return [...counts].map(([event, count]) => (count === 1 ? event : `${event} × ${count}`)).join(', ');
}

/** Processors that were busy for this process and all it started, on average. */
function busyAt(samples: readonly ProcessorSample[], fromMs: number, toMs: number): number | null {
  const before = samples.findLast(({ atMs }) => atMs <= fromMs);
  const after = samples.find(({ atMs }) => atMs >= toMs);
  if (before === undefined || after === undefined) return null;
  return ((after.seconds - before.seconds) * 1000) / (after.atMs - before.atMs);
}

/** The stretches of an upload, in milliseconds: before the first picture, each seam, after the last one. */
export function stretches(marks: readonly Mark[]): Rows {
  const made = marks.filter(({ worker, what }) => worker.startsWith('maker') && what === 'out-of-encoder');
  const [first, last] = [made[0], made.at(-1)];
  const begin = marks.find(({ worker }) => worker.startsWith('recording'));
  const end = marks.findLast(({ what, path }) => what === 'answer' && path?.endsWith('/parts'));
  if (first === undefined || last === undefined || begin === undefined || end === undefined) return [];
  const seams = marks.flatMap((mark) => {
    const isSeam = mark.what === 'encoder' && mark.worker.startsWith('maker') && mark.atMs > first.atMs;
    if (!isSeam) return [];
    const before = made.findLast(({ atMs }) => atMs < mark.atMs);
    const after = made.find(({ coder, height }) => coder === mark.coder && height === mark.height);
    return before === undefined || after === undefined ? [] : [after.atMs - before.atMs];
  });
  return [
    { stretch: 'worker begins to first picture made', ms: first.atMs - begin.atMs },
    { stretch: 'first to last picture', ms: last.atMs - first.atMs },
    { stretch: 'longest at a seam, from any picture to the next segment’s first', ms: Math.max(0, ...seams) },
    { stretch: 'last picture to last part stored', ms: end.atMs - last.atMs },
  ];
}
