import type { StartRequest } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { Part } from '../src/protocol/part.ts';
import { MAX_PARTS_PER_REQUEST } from '../src/protocol/tick.ts';
import { planAnswer } from '../src/upload/answer.ts';
import type { InitSegment } from '../src/upload/unfinished.ts';
import { insist } from './insist.ts';
import type { OriginClient } from './origin-client.ts';
import type { MadePart } from './segment-maker.ts';

const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** The line is not idle while the answer to one request comes back. */
const REQUESTS_IN_FLIGHT = 2;

/** Sends what is made, for as long as it takes; only a refusal that no repeating can change ends it. */
export class RecordingSender {
  readonly #client: OriginClient;
  readonly #inits: readonly InitSegment[];
  #isConnected = true;

  constructor(client: OriginClient, inits: readonly InitSegment[]) {
    this.#client = client;
    this.#inits = inits;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async begin(request: StartRequest): Promise<void> {
    await this.insist(async () => {
      await this.#putInits();
      await this.#client.start(request);
    });
  }

  /** Resolves when the origin has all of them; the same bytes twice, or another maker's, are as good. */
  async send(parts: readonly MadePart[]): Promise<void> {
    const left = await Promise.all(parts.map(withDigest));
    const sendOn = async (): Promise<void> => {
      while (left.length > 0) {
        const batch = left.splice(0, firstBatch(left).length);
        left.unshift(...(await this.insist(() => this.#post(batch))));
      }
    };
    try {
      await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, sendOn));
    } finally {
      // What is refused once is not sent on.
      left.length = 0;
    }
  }

  async #post(batch: readonly Part[]): Promise<readonly Part[]> {
    const { answer } = await this.#client.postParts(batch);
    const plan = planAnswer(batch, answer);
    if (plan.isSealed) return [];
    if (plan.needsInit) await this.#putInits();
    const refused = plan.refused.find(({ code }) => code !== 'other_bytes');
    if (refused !== undefined) throw new StageError('upload', refused.code, refused.message);
    const again = batch.filter(({ track, part }) =>
      plan.again.some((name) => name.track === track && name.part === part),
    );
    // Nothing at all was taken (a full disk): that is waited for like an outage.
    if (again.length === batch.length)
      throw new StageError('upload', 'nothing_taken', 'The server took nothing.', { isRetryable: true });
    return again;
  }

  async insist<T>(work: () => Promise<T>): Promise<T> {
    const result = await insist(work, () => {
      this.#isConnected = false;
    });
    this.#isConnected = true;
    return result;
  }

  async #putInits(): Promise<void> {
    await Promise.all(this.#inits.map((init) => this.#client.putInit(init.track, init.bytes)));
  }
}

/** As many of the first parts as fit into one request. */
export function firstBatch(parts: readonly Part[]): readonly Part[] {
  let bytes = 0;
  const end = parts.findIndex((part, i) => {
    bytes += part.bytes.length;
    return i > 0 && (bytes > MAX_BATCH_BYTES || i >= MAX_PARTS_PER_REQUEST);
  });
  return end < 0 ? parts : parts.slice(0, end);
}

export const withDigest = async (part: MadePart): Promise<Part> => ({
  ...part,
  digest: new Uint8Array(await crypto.subtle.digest('SHA-256', part.bytes)),
});
