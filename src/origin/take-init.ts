import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checkInit, type InitFacts } from '../package/check-init.ts';
import { initKey } from '../protocol/broadcast.ts';
import type { TrackId } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import { notStarted, Problem, sealed } from './problem.ts';

/** Each takes up to 64 KiB beside the storage budget's sight; cuts are as many at most. */
const MAX_LATER_INITS = 200;

interface InitName {
  readonly track: TrackId;
  /** 0, or the first segment that it describes. */
  readonly segment: number;
}

/** SPEC INGEST2, CUT6 and PART6. 201: stored and durable; 200: the same bytes were there. */
export async function takeInit(
  broadcast: Broadcast,
  { track, segment }: InitName,
  bytes: Buffer,
  digest: Buffer,
): Promise<201 | 200> {
  if (broadcast.record.state === 'sealed') throw sealed();
  if (!hash('sha256', bytes, 'buffer').equals(digest))
    throw new Problem(400, 'bad_digest', 'The bytes do not have the SHA-256 that was sent. Send them again.');
  const inits = broadcast.store.inits();
  const known = inits.get(initKey(track, segment));
  if (known !== undefined) {
    if (known.equals(bytes)) return 200;
    throw new Problem(409, 'other_bytes', `Another init segment is already there for ${track}.`);
  }
  const check = checkInit(bytes);
  const problem = check.kind === 'bad' ? check.reason : problemOf(check.facts, track);
  if (problem !== undefined) throw new Problem(422, 'bad_init', `The init segment of ${track}: ${problem}.`);
  if (segment > 0 && check.kind === 'ok') fitsFirst(broadcast, track, check.facts);
  await broadcast.store.putInit(initKey(track, segment), bytes);
  return 201;
}

const problemOf = ({ media }: InitFacts, track: TrackId): string | undefined =>
  (media.kind === 'video') === track.startsWith('v')
    ? undefined
    : `${track} is named as ${track.startsWith('v') ? 'picture' : 'sound'} but is not`;

/** Another encoder of the same track: what parts are held to, and what viewers were told of their size, stays. */
function fitsFirst({ running, store }: Broadcast, track: TrackId, facts: InitFacts): void {
  if (running === undefined) throw notStarted();
  const inits = store.inits();
  const first = checkInit(inits.get(track) ?? new Uint8Array());
  if (first.kind === 'bad' || !running.expectations.has(track))
    throw new Problem(412, 'init_missing', `Send the init segment that ${track} begins with first.`);
  if (!isDeepStrictEqual(unchanging(first.facts), unchanging(facts)))
    throw new Problem(
      422,
      'bad_init',
      `The init segment of ${track} is of another size or another clock than the first.`,
    );
  if (inits.size >= running.tracks.length + MAX_LATER_INITS)
    throw new Problem(422, 'bad_init', `A broadcast has at most ${MAX_LATER_INITS} init segments after the first.`);
}

const unchanging = ({ trackNumber, timescale, defaults, media }: InitFacts) => ({
  trackNumber,
  timescale,
  defaults,
  size: media.kind === 'video' ? [media.width, media.height] : [],
});
