import { hash } from 'node:crypto';
import { checkInit } from '../package/check-init.ts';
import type { Broadcast } from './broadcast.ts';
import { Problem, sealed } from './problem.ts';

/** SPEC INGEST2 and PART6. 201: stored and durable; 200: the same bytes were there. */
export async function takeInit(broadcast: Broadcast, track: string, bytes: Buffer, digest: Buffer): Promise<201 | 200> {
  if (broadcast.record.state === 'sealed') throw sealed();
  if (!hash('sha256', bytes, 'buffer').equals(digest))
    throw new Problem(400, 'bad_digest', 'The bytes do not have the SHA-256 that was sent. Send them again.');
  const known = broadcast.store.inits().get(track);
  if (known !== undefined) {
    if (known.equals(bytes)) return 200;
    throw new Problem(409, 'other_bytes', `Another init segment is already there for ${track}.`);
  }
  const check = checkInit(bytes);
  if (check.kind === 'bad') throw new Problem(422, 'bad_init', `The init segment of ${track}: ${check.reason}.`);
  if ((check.facts.media.kind === 'video') !== track.startsWith('v'))
    throw new Problem(
      422,
      'bad_init',
      `${track} is named as ${track.startsWith('v') ? 'picture' : 'sound'} but is not.`,
    );
  await broadcast.store.putInit(track, bytes);
  return 201;
}
