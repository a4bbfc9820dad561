import type { Part } from '../protocol/part.ts';
import type { Broadcast } from './broadcast.ts';
import { Problem } from './problem.ts';
import { takePart } from './take-part.ts';

/** What was there before stays: names never change their bytes. Throws 507 before anything is called published. */
export async function publish(broadcast: Broadcast, parts: readonly Part[], hasRoom: boolean): Promise<void> {
  for (const part of parts) {
    const outcome = await takePart(broadcast, part, hasRoom);
    if ('code' in outcome && outcome.status !== 409 && outcome.status !== 410)
      throw new Problem(outcome.status, outcome.code, outcome.message);
  }
  // The segment is called done only when no power loss can take it back.
  if ((await broadcast.store.sync()) !== 'ok') throw new Problem(507, 'disk_full', 'The origin cannot write now.');
  broadcast.heard();
}
