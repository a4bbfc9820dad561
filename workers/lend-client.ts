import type {
  HeldLease,
  LendDone,
  LendDoneRequest,
  LendJoined,
  LendJoinRequest,
  LendOffer,
  LendWork,
  LendWorkRequest,
  LivePartsAnswer,
  LookVerdict,
} from '../src/protocol/lend.ts';
import type { Part, PartRange } from '../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../src/protocol/tick.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { lend } from '../src/protocol/urls.ts';
import { orRefusal } from './origin-client.ts';
import { Silence } from './silence.ts';

const TIMEOUT_MS = 15_000;
/** What a body may take longer than an empty request. */
const SLOWEST_LINE_BPS = 300_000;
/** A source may be large and the line slow, but something of it comes all the time. */
const SILENT_MS = 10_000;

export type WorkQuestion = Omit<LendWorkRequest, 'held'> & { readonly held: readonly HeldLease[] };

const streamOf = ({ body }: Response): ReadableStream<Uint8Array<ArrayBuffer>> => body ?? new Blob([]).stream();

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
    const silence = new Silence(SILENT_MS);
    try {
      const ending = AbortSignal.any([signal, silence.signal]);
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of streamOf(
        await this.#send('GET', lend.source(segment), undefined, {}, ending, 'none'),
      )) {
        silence.heard();
        chunks.push(chunk);
      }
      return new Blob(chunks);
    } finally {
      silence.end();
    }
  }

  async send(segment: number, parts: readonly Part[], signal: AbortSignal): Promise<void> {
    const body = encodeTick(parts) as Uint8Array<ArrayBuffer>;
    await this.#send('POST', lend.result(segment), body, { 'Content-Type': TICK_CONTENT_TYPE }, signal);
  }

  async done(segment: number, request: LendDoneRequest): Promise<LendDone> {
    return (await (await this.#json(lend.done(segment), request)).json()) as LendDone;
  }

  /** What a helper of a live is told, as long as the request stays open. */
  async liveWords(signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return streamOf(await this.#send('GET', lend.live, undefined, {}, signal, 'none'));
  }

  /** The growing segment that the others are made from, from part `from` within it on. */
  async liveSource(
    segment: number,
    from: number,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return streamOf(await this.#send('GET', lend.liveSource(segment, from), undefined, {}, signal, 'none'));
  }

  async sendLive(segment: number, parts: readonly Part[]): Promise<LivePartsAnswer> {
    const body = encodeTick(parts) as Uint8Array<ArrayBuffer>;
    const answer = await this.#send('POST', lend.liveParts(segment), body, { 'Content-Type': TICK_CONTENT_TYPE });
    return (await answer.json()) as LivePartsAnswer;
  }

  /** The parts of a track that this tab was asked to look at. */
  async liveMade(track: TrackId, { from, to }: PartRange): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#send('GET', lend.liveMade(track, `${from}-${to}`), undefined, {})).bytes();
  }

  async sayOfLook(look: number, verdict: LookVerdict): Promise<void> {
    await this.#json(lend.liveLook(look), verdict);
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
    limitMs: number | 'none' = TIMEOUT_MS + ((body?.length ?? 0) * 8000) / SLOWEST_LINE_BPS,
  ): Promise<Response> {
    const signals = [
      ...(ending === undefined ? [] : [ending]),
      ...(limitMs === 'none' ? [] : [AbortSignal.timeout(limitMs)]),
    ];
    const answer = await fetch(new URL(path, this.#baseUrl), {
      method,
      headers: { ...headers, ...(this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` }) },
      ...(body === undefined ? {} : { body }),
      cache: 'no-store',
      signal: AbortSignal.any(signals),
    });
    return orRefusal(answer);
  }
}
