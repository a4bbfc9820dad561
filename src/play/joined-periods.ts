import type { TrackId } from '../protocol/track.ts';

/** From where on, in milliseconds of media, which tracks there are, until the next of them. */
export interface TracksFrom {
  readonly fromMs: number;
  readonly tracks: readonly TrackId[];
}

export interface JoinedManifest {
  readonly text: string;
  /** In order; empty where nothing was joined. */
  readonly stretches: readonly TracksFrom[];
}

interface Period {
  readonly text: string;
  readonly startMs: number;
  /** undefined: it goes on. */
  readonly endMs: number | undefined;
}

const PERIOD = /<Period\b[^>]*>[\s\S]*?<\/Period>/g;
const SET = /<AdaptationSet\b[^>]*>[\s\S]*?<\/AdaptationSet>/g;
const REPRESENTATION = /<Representation\b[^>]*?(?:\/>|>[\s\S]*?<\/Representation>)/g;

/**
 * A live manifest has a new Period where a quality rests or comes back (SPEC CUT3), told seconds ahead. dash.js 5.2.1
 * takes a Period whose end it knows for complete after the first part of its last segment, because it counts segments
 * and not their parts, and plays nothing until the next Period. Names and times of media are the same on both sides, so
 * for this player Periods that follow each other without a hole are one, with all their representations; which of them
 * there are when is told beside it. A hole stays the edge of a Period; anything unexpected is left as it is.
 */
export function joinPeriods(manifest: string): JoinedManifest {
  const asItIs = { text: manifest, stretches: [] };
  if (!/<MPD[^>]*\stype="dynamic"/.test(manifest)) return asItIs;
  const periods = [...manifest.matchAll(PERIOD)].map(([text]) => readPeriod(text));
  if (periods.length < 2 || periods.some((period) => period === undefined)) return asItIs;
  const runs: Period[][] = [];
  for (const period of periods as Period[]) {
    const run = runs.at(-1);
    if (run?.at(-1)?.endMs === period.startMs) run.push(period);
    else runs.push([period]);
  }
  const joined = runs.map(joinRun);
  if (joined.some((text) => text === undefined)) return asItIs;
  const first = manifest.search(PERIOD);
  const last = periods.at(-1) as Period;
  const end = manifest.lastIndexOf(last.text) + last.text.length;
  return {
    text: manifest.slice(0, first) + joined.join('\n  ') + manifest.slice(end),
    stretches: (periods as Period[]).map(({ startMs, text }) => ({ fromMs: startMs, tracks: [...tracksIn(text)] })),
  };
}

/**
 * Which tracks to choose from; undefined: nothing is known against any. One that is to go at a moment that has not come
 * yet (`mediaNowMs` is the live edge) is left at once: if its encoder broke, nothing of it comes until then.
 */
export function tracksAt(
  stretches: readonly TracksFrom[],
  mediaMs: number,
  mediaNowMs: number,
): readonly TrackId[] | undefined {
  const at = stretches.findLastIndex(({ fromMs }) => fromMs <= mediaMs);
  const next = stretches[at + 1];
  const tracks = stretches[at]?.tracks;
  return next === undefined || next.fromMs <= mediaNowMs ? tracks : tracks?.filter((id) => next.tracks.includes(id));
}

function readPeriod(text: string): Period | undefined {
  const [tag] = text.split('>', 1);
  const startMs = millisOf(attribute(tag ?? '', 'start'));
  const duration = attribute(tag ?? '', 'duration');
  const durationMs = millisOf(duration);
  if (startMs === undefined || (duration !== undefined && durationMs === undefined)) return undefined;
  return { text, startMs, endMs: durationMs === undefined ? undefined : startMs + durationMs };
}

function joinRun(run: readonly Period[]): string | undefined {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined || run.length === 1) return first?.text;
  const sets = run.map(({ text }) => [...text.matchAll(SET)].map(([set]) => set));
  const heads = sets[0] ?? [];
  if (sets.some((own) => own.length !== heads.length)) return undefined;
  let text = first.text;
  for (const [i, head] of heads.entries()) {
    const all = new Map<string, string>();
    for (const own of sets)
      for (const [representation] of (own[i] ?? '').matchAll(REPRESENTATION))
        all.set(attribute(representation, 'id') ?? '', representation);
    const [before] = head.split('<Representation', 1);
    text = text.replace(head, `${before}${[...all.values()].join('')}</AdaptationSet>`);
  }
  const durationMs = last.endMs === undefined ? undefined : last.endMs - first.startMs;
  return text.replace(/(<Period\b[^>]*?)\s+duration="[^"]*"/, (_, tag: string) =>
    durationMs === undefined ? tag : `${tag} duration="PT${durationMs / 1000}S"`,
  );
}

const tracksIn = (period: string): TrackId[] =>
  [...period.matchAll(REPRESENTATION)].map(([text]) => attribute(text, 'id') ?? '');

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

function millisOf(duration: string | undefined): number | undefined {
  const seconds = /^PT(\d+(?:\.\d+)?)S$/.exec(duration ?? '')?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
