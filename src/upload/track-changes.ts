import type { TimelineCut } from '../protocol/broadcast.ts';
import type { TrackChange } from './unfinished.ts';

/** As the origin is told of it (SPEC CUT1 and CUT6), after the init segments were sent. */
export const cutOfChange = ({ part, tracks, inits }: TrackChange): TimelineCut => ({
  fromPart: part,
  toPart: part,
  tracks,
  ...(inits.length > 0 && { inits: Object.fromEntries(inits.map(({ track, codecs }) => [track, codecs])) }),
});

/** Those that the origin does not know of: the tab that decided them went before they could be told. */
export const untoldChanges = (changes: readonly TrackChange[], cuts: readonly TimelineCut[]): readonly TrackChange[] =>
  changes.filter(({ part, inits }) => {
    const told = cuts.find((cut) => cut.toPart === part);
    return told === undefined || inits.some(({ track }) => told.inits?.[track] === undefined);
  });

/** The timeline as it will be when all of them are told; oldest first. */
export function withChanges(cuts: readonly TimelineCut[], changes: readonly TrackChange[]): readonly TimelineCut[] {
  const unknown = changes.filter(({ part }) => !cuts.some((cut) => cut.toPart === part));
  const newest = new Map(unknown.map((change) => [change.part, change]));
  return [...cuts, ...[...newest.values()].map(cutOfChange)].toSorted((a, b) => a.toPart - b.toPart);
}
