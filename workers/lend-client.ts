import type {
  HeldLease,
  LendDone,
  LendDoneRequest,
  LendJoined,
  LendJoinRequest,
  LendOffer,
  LendWork,
  LendWorkRequest,
} from '../src/protocol/lend.ts';
import type { Part } from '../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../src/protocol/tick.ts';
import { lend } from '../src/protocol/urls.ts';
import { orRefusal } from './origin-client.ts';

const TIMEOUT_MS = 15_000;
/** A source may be large, and the line slow. */
const LONG_TIMEOUT_MS = 20 * 60_000;

export type WorkQuestion = Omit<LendWorkRequest, 'held'> & { readonly held: readonly HeldLease[] };

/** Every request of a helper. Rejects with OriginRefusal, or with what `fetch` gives when nobody answers. */
export class LendClient {
  readonly #baseUrl: string;
  #token = '';

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async look(invitation: string): Promise<LendOffer> {
    return (await (await this.#json(lend.look, { invitation })).json()) as LendOffer;
  }

  async join(request: LendJoinRequest): Promise<LendJoined> {
    const joined = (await (await this.#json(lend.join, request)).json()) as LendJoined;
    this.#token = joined.token;
    return joined;
  }

  async work(question: WorkQuestion): Promise<LendWork> {
    return (await (await this.#json(lend.work, question)).json()) as LendWork;
  }

  async source(segment: number, signal: AbortSignal): Promise<Blob> {
    return (await this.#send('GET', lend.source(segment), undefined, {}, signal)).blob();
  }

  async send(segment: number, parts: readonly Part[], signal: AbortSignal): Promise<void> {
    const body = encodeTick(parts) as Uint8Array<ArrayBuffer>;
    await this.#send('POST', lend.result(segment), body, { 'Content-Type': TICK_CONTENT_TYPE }, signal);
  }

  async done(segment: number, request: LendDoneRequest): Promise<LendDone> {
    return (await (await this.#json(lend.done(segment), request)).json()) as LendDone;
  }

  async leave(): Promise<void> {
    await this.#json(lend.leave, {});
  }

  async #json(path: string, body: unknown): Promise<Response> {
    return this.#send('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json' });
  }

  async #send(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | string | undefined,
    headers: Record<string, string>,
    ending?: AbortSignal,
  ): Promise<Response> {
    const answer = await fetch(new URL(path, this.#baseUrl), {
      method,
      headers: { ...headers, ...(this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` }) },
      ...(body === undefined ? {} : { body }),
      cache: 'no-store',
      signal:
        ending === undefined
          ? AbortSignal.timeout(TIMEOUT_MS)
          : AbortSignal.any([ending, AbortSignal.timeout(LONG_TIMEOUT_MS)]),
    });
    return orRefusal(answer);
  }
}
