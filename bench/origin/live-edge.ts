import { Agent, get, type IncomingMessage } from 'node:http';
import { live } from '../../src/protocol/urls.ts';
import type { Publisher } from '../../tests/helpers/publisher.ts';
import { percentile } from '../shared/report.ts';

export interface EdgeResult extends Record<string, number | null> {
  readonly 'late p50 ms': number | null;
  readonly 'late p95 ms': number | null;
  readonly failed: number;
}

const VIDEO = 'v360';
const SOUND = 'a128';
/** A part is sent by the publisher at its nominal end: what comes after is the relay. */
const partEndMs = (publisher: Publisher, part: number): number =>
  publisher.availabilityStartMs + ((part + 1) * 10_000) / publisher.grid.partsPerSegment;

const open = (agent: Agent, url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, resolve).on('error', reject);
  });

/** Every viewer asks for the next piece of both tracks, one after another, as a player without the feed does. */
export async function watchPieces(
  origin: string,
  publisher: Publisher,
  viewers: number,
  seconds: number,
): Promise<EdgeResult> {
  const late: number[] = [];
  let failed = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const { partsPerSegment } = publisher.grid;
  const endMs = Date.now() + seconds * 1000;
  const follow = async (track: string): Promise<void> => {
    for (let part = publisher.nextPart() + 1; Date.now() < endMs; part++) {
      const path = live.piece(
        publisher.id,
        track,
        Math.floor(part / partsPerSegment),
        part % partsPerSegment,
        partsPerSegment,
      );
      try {
        const answer = await open(agent, origin + path);
        let bytes = 0;
        for await (const chunk of answer) bytes += (chunk as Buffer).length;
        if (answer.statusCode !== 200 || bytes < 100) failed++;
        else late.push(Date.now() - partEndMs(publisher, part));
      } catch {
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: viewers }, () => [follow(VIDEO), follow(SOUND)]).flat());
  agent.destroy();
  return summary(late, failed);
}

/** Every viewer keeps one growing segment per track open, the next one after it. */
export async function watchFeeds(
  origin: string,
  publisher: Publisher,
  viewers: number,
  seconds: number,
): Promise<EdgeResult> {
  const late: number[] = [];
  let failed = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const { partsPerSegment } = publisher.grid;
  const endMs = Date.now() + seconds * 1000;
  const follow = async (track: string): Promise<void> => {
    let part = publisher.nextPart() + 1;
    while (Date.now() < endMs) {
      const segment = Math.floor(part / partsPerSegment);
      try {
        const answer = await open(agent, origin + live.feed(publisher.id, track, segment, part % partsPerSegment));
        if (answer.statusCode !== 200) failed++;
        for await (const chunk of answer) {
          // Parts begin with a prft or styp box; several may come in one read when the reader is behind.
          let found = 0;
          const bytes = chunk as Buffer;
          for (let at = bytes.indexOf('moof'); at >= 0; at = bytes.indexOf('moof', at + 4)) found++;
          for (; found > 0; found--) late.push(Date.now() - partEndMs(publisher, part++));
          if (Date.now() >= endMs) break;
        }
        part = Math.max(part, (segment + 1) * partsPerSegment);
        answer.destroy();
      } catch {
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: viewers }, () => [follow(VIDEO), follow(SOUND)]).flat());
  agent.destroy();
  return summary(late, failed);
}

const summary = (late: readonly number[], failed: number): EdgeResult => ({
  'late p50 ms': percentile(late, 0.5),
  'late p95 ms': percentile(late, 0.95),
  parts: late.length,
  failed,
});
