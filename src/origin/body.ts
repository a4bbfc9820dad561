import type { Readable } from 'node:stream';
import { Problem, tooLarge } from './problem.ts';

/** When a body is too slow (SPEC ANSWER2, 408): nothing for `idleMs`, or not done after `totalMs`. */
export interface BodyDeadlines {
  readonly idleMs: number;
  readonly totalMs: number;
}

const tooSlow = (): Problem =>
  new Problem(408, 'too_slow', 'The body came too slowly. Send it again, in smaller pieces.');

const brokenOff = (): Problem => new Problem(400, 'cut_off', 'The connection ended inside the body. Send it again.');

/**
 * Hands every chunk to `take` as it comes and resolves with the number of bytes. Fastify leaves slow bodies open for
 * ever and HTTP/2 has no timer at all, so the deadlines are here.
 */
export function drainBody(
  source: Readable,
  limitBytes: number,
  deadlines: BodyDeadlines,
  take: (chunk: Buffer) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(idle);
      clearTimeout(total);
      source.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      source.on('error', () => {});
      finish();
    };
    const fail = (problem: Problem): void =>
      settle(() => {
        source.pause();
        reject(problem);
      });
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limitBytes) fail(tooLarge(limitBytes));
      else {
        idle.refresh();
        take(chunk);
      }
    };
    const onEnd = (): void => settle(() => resolve(received));
    const onBroken = (): void => fail(brokenOff());
    const idle = setTimeout(() => fail(tooSlow()), deadlines.idleMs);
    const total = setTimeout(() => fail(tooSlow()), deadlines.totalMs);
    source.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** The whole body in one Buffer of its own; the announced length is refused before a byte is read. */
export async function readBody(
  source: Readable & { headers: { 'content-length'?: string | undefined } },
  limitBytes: number,
  deadlines: BodyDeadlines,
): Promise<Buffer> {
  const announced = Number(source.headers['content-length'] ?? 'NaN');
  if (announced > limitBytes) throw tooLarge(limitBytes);
  if (!Number.isSafeInteger(announced)) {
    const chunks: Buffer[] = [];
    await drainBody(source, limitBytes, deadlines, (chunk) => chunks.push(chunk));
    return Buffer.concat(chunks);
  }
  // Not from the pool: parts live as long as the hot tail, and would keep a pool slab of strangers alive.
  const body = Buffer.allocUnsafeSlow(announced);
  let at = 0;
  await drainBody(source, announced, deadlines, (chunk) => {
    at += chunk.copy(body, at);
  });
  if (at !== announced) throw brokenOff();
  return body;
}
