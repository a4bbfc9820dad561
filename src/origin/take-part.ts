import { hash } from 'node:crypto';
import { checkPart } from '../package/check-part.ts';
import type { Part } from '../protocol/part.ts';
import { MAX_PART_BYTES, type PartOutcome } from '../protocol/tick.ts';
import { type Edge, partStartMs } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import { notStarted, overloaded, sealed } from './problem.ts';

/** A tab whose clock is this far ahead of ours would write a timeline that nobody can play. */
const MAX_AHEAD_MS = 30_000;
const MAX_PART_INDEX = 10_000_000;

const refused = (status: Exclude<PartOutcome['status'], 200 | 201>, code: string, message: string): PartOutcome => ({
  status,
  code,
  message,
});

const badPart = (message: string): PartOutcome => refused(422, 'bad_part', message);

/** What is wrong with the bytes, whatever they are a part of. */
function bytesProblem({ running, store }: Broadcast, part: Part, digest: Buffer): PartOutcome | undefined {
  const name = `${part.track}/${part.part}`;
  if (running?.expectations.has(part.track) !== true) {
    if (store.inits().has(part.track)) return badPart(`${part.track} is not one of the tracks that were started.`);
    return refused(412, 'init_missing', `Send the init segment of ${part.track} first.`);
  }
  if (part.bytes.length > MAX_PART_BYTES)
    return refused(413, 'too_large', `${name} has ${part.bytes.length} bytes; ${MAX_PART_BYTES} are taken.`);
  if (digest.compare(part.digest) !== 0)
    return refused(400, 'bad_digest', `The bytes of ${name} do not have the SHA-256 that was sent. Send it again.`);
  return undefined;
}

/** What is wrong with the place on the timeline or the boxes. */
function mediaProblem(broadcast: Broadcast, part: Part): PartOutcome | undefined {
  const { running } = broadcast;
  const expectation = running?.expectations.get(part.track);
  if (running === undefined || expectation === undefined) return undefined;
  const name = `${part.track}/${part.part}`;
  const problem = placeProblem(part, broadcast.edge(part.track, part.part, running), running.isUpload);
  if (problem !== undefined) return badPart(`${name}: ${problem}.`);
  const check = checkPart(part.bytes, { ...expectation, part: part.part });
  return check.kind === 'bad' ? badPart(`${name}: ${check.reason}.`) : undefined;
}

/** What `takePart` would refuse in a part, without storing anything; undefined when it is as it should be. */
export const partProblem = (broadcast: Broadcast, part: Part): PartOutcome | undefined =>
  bytesProblem(broadcast, part, hash('sha256', part.bytes, 'buffer')) ?? mediaProblem(broadcast, part);

/**
 * Checks, stores and shows one part (SPEC TICK4). Throws only what concerns the whole request: not started (409), or
 * more waiting for the disk than memory should hold (503).
 */
export async function takePart(broadcast: Broadcast, part: Part, hasRoom: boolean): Promise<PartOutcome> {
  const { running, store, record } = broadcast;
  if (running === undefined) throw notStarted();
  if (record.state === 'sealed') {
    const { code, message } = sealed();
    return refused(410, code, message);
  }
  const digest = hash('sha256', part.bytes, 'buffer');
  const broken = bytesProblem(broadcast, part, digest);
  if (broken !== undefined) return broken;
  if (store.stored(part.track).has(part.part)) {
    const known = await store.digestOf(part.track, part.part);
    if (known === undefined || digest.equals(known)) return { status: 200 };
    return refused(409, 'other_bytes', `Other bytes are already there as ${part.track}/${part.part}.`);
  }
  const wrong = mediaProblem(broadcast, part);
  if (wrong !== undefined) return wrong;
  const { buffer, byteOffset, length } = part.bytes;
  const bytes = Buffer.from(buffer, byteOffset, length);
  const taken = hasRoom ? store.append(part.track, part.part, bytes, digest) : 'full';
  if (taken === 'busy') throw overloaded(1);
  if (taken === 'full') return refused(507, 'disk_full', 'The origin has no room left. Free some space on its disk.');
  running.tail.put(part.track, part.part, bytes);
  return { status: 201 };
}

/** What is wrong with the place a part wants on the timeline. */
function placeProblem({ part }: Part, edge: Edge, isUpload: boolean): string | undefined {
  const isBeyond = edge.endPart !== undefined && part >= edge.endPart && edge.isEndFinal;
  if (isBeyond) return 'it lies after the announced end, or in a declared hole';
  if (part > MAX_PART_INDEX) return 'its index is out of range';
  if (isUpload) return undefined;
  const aheadMs = partStartMs(part, edge) - edge.nowMs;
  return aheadMs > MAX_AHEAD_MS ? `it lies ${Math.round(aheadMs / 1000)} s ahead of the origin's clock` : undefined;
}
