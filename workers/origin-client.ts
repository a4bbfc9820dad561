import { type ClockEstimate, type ClockSample, estimateClock } from '../src/lib/clock-sync.ts';
import {
  type EndRequest,
  GENERATION_HEADER,
  type IngestState,
  type StartRequest,
  type TimelineCut,
} from '../src/protocol/broadcast.ts';
import { StageError, type WireError } from '../src/protocol/errors.ts';
import {
  type HelpState,
  type HelpVerdict,
  type LiveLook,
  type LooksAnswer,
  type LooksRequest,
  type LookVerdict,
  SOURCE_CONTENT_TYPE,
} from '../src/protocol/lend.ts';
import type { Part } from '../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../src/protocol/tick.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { api, help, ingest, live } from '../src/protocol/urls.ts';
import { retryAfterMs } from '../src/upload/answer.ts';
import { localNowMs } from './local-clock.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** A slower line carries no broadcast; what a body may take longer than an empty request follows from it. */
const SLOWEST_LINE_BPS = 300_000;
const CLOCK_QUESTIONS = 5;

/** An answer that is not a success: `retryAfterMs` is 0 when the origin did not say. */
export class OriginRefusal extends StageError {
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(status: number, error: WireError, retryAfterMs: number) {
    super('upload', error.code, error.message, { isRetryable: status >= 500 || status === 429 || status === 408 });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Every request the upload worker makes. Rejects with OriginRefusal, or with what `fetch` gives when nobody answers. */
export class OriginClient {
  readonly #baseUrl: string;
  #id = '';
  #token = '';
  #generation: number | undefined;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  use(id: string, token: string): void {
    this.#id = id;
    this.#token = token;
    this.#generation = undefined;
  }

  /** `segment`: the first that it describes; 0 for what the track begins with. */
  async putInit(track: TrackId, bytes: Uint8Array<ArrayBuffer>, segment = 0): Promise<void> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    await this.#send('PUT', ingest.init(this.#id, track, segment), bytes, {
      'Content-Type': 'video/mp4',
      'Content-Digest': `sha-256=:${base64(digest)}:`,
    });
  }

  async start(request: StartRequest): Promise<void> {
    await this.#sendJson(ingest.start(this.#id), request);
  }

  async end(request: EndRequest): Promise<void> {
    await this.#sendJson(ingest.end(this.#id), request);
  }

  /** SPEC FENCE1: from now on this tab owns the broadcast, and older ones are told. */
  async claim(): Promise<IngestState> {
    this.#generation = undefined;
    const answer = await this.#send('POST', ingest.claim(this.#id), undefined, {});
    const state = (await answer.json()) as IngestState;
    this.#generation = state.generation;
    return state;
  }

  async cut(cut: TimelineCut): Promise<void> {
    await this.#sendJson(ingest.cuts(this.#id), cut);
  }

  async state(): Promise<IngestState> {
    const answer = await this.#send('GET', ingest.state(this.#id), undefined, {});
    return (await answer.json()) as IngestState;
  }

  async putPoster(jpeg: ArrayBuffer): Promise<void> {
    await this.#send('PUT', ingest.poster(this.#id), jpeg, { 'Content-Type': 'image/jpeg' });
  }

  async putStrip(segment: number, jpeg: ArrayBuffer): Promise<void> {
    await this.#send('PUT', ingest.strip(this.#id, segment), jpeg, { 'Content-Type': 'image/jpeg' });
  }

  /** `signal` ends it early: another copy was answered. `bodyBytes` is for the meter. */
  async postParts(parts: readonly Part[], signal?: AbortSignal): Promise<{ answer: TickAnswer; bodyBytes: number }> {
    const body = encodeTick(parts) as Uint8Array<ArrayBuffer>;
    const answer = await this.#send(
      'POST',
      ingest.parts(this.#id),
      body,
      { 'Content-Type': TICK_CONTENT_TYPE },
      signal,
    );
    return { answer: (await answer.json()) as TickAnswer, bodyBytes: body.length };
  }

  async helpState(): Promise<HelpState> {
    const answer = await this.#send('GET', help.state(this.#id), undefined, {});
    return (await answer.json()) as HelpState;
  }

  async offerSegment(segment: number, source: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#send('PUT', help.job(this.#id, segment), source, { 'Content-Type': SOURCE_CONTENT_TYPE });
  }

  async takeBackSegment(segment: number): Promise<void> {
    await this.#send('DELETE', help.job(this.#id, segment), undefined, {});
  }

  /** Parts `[from, to)` of what a helper brought. */
  async broughtParts(segment: number, track: TrackId, from: number, to: number): Promise<ArrayBuffer> {
    const answer = await this.#send('GET', help.result(this.#id, segment, track, from, to), undefined, {});
    return answer.arrayBuffer();
  }

  async judgeSegment(segment: number, verdict: HelpVerdict): Promise<void> {
    await this.#sendJson(help.verdict(this.#id, segment), verdict);
  }

  /** SPEC LEND14: what of a live this tab is to look at; null when nothing is. */
  async askForLook(isAll: boolean): Promise<LiveLook | null> {
    const answer = await this.#sendJson(help.looks(this.#id), { isAll } satisfies LooksRequest);
    return ((await answer.json()) as LooksAnswer).look;
  }

  async sayOfLook(look: number, verdict: LookVerdict): Promise<void> {
    await this.#sendJson(help.look(this.#id, look), verdict);
  }

  /** True when the origin gives the part to anybody who asks, as a viewer would. */
  async isServed(track: TrackId, segment: number, part: number, partsPerSegment: number): Promise<boolean> {
    const answer = await fetch(this.#url(live.piece(this.#id, track, segment, part, partsPerSegment)), {
      cache: 'no-store',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const bytes = await answer.arrayBuffer();
    // An empty `styp` is what a piece that never came looks like.
    return answer.ok && bytes.byteLength > 64;
  }

  /** Asks `/time` five times, one after another. Undefined when nobody answers. */
  async clock(): Promise<ClockEstimate | undefined> {
    const samples: ClockSample[] = [];
    for (let i = 0; i < CLOCK_QUESTIONS; i++) {
      const sample = await this.#askTime();
      if (sample !== undefined) samples.push(sample);
    }
    return estimateClock(samples);
  }

  async probe(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const answer = await fetch(this.#url(api.uplinkProbe), {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body,
      signal,
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the uplink probe was answered ${answer.status}`);
  }

  async #askTime(): Promise<ClockSample | undefined> {
    const sentMs = localNowMs();
    try {
      const answer = await fetch(this.#url(api.time), { cache: 'no-store', signal: AbortSignal.timeout(3_000) });
      const text = await answer.text();
      const receivedMs = localNowMs();
      const serverMs = Date.parse(text.trim());
      return answer.ok && Number.isFinite(serverMs) ? { sentMs, receivedMs, serverMs } : undefined;
    } catch {
      return undefined;
    }
  }

  /** SPEC FENCE2: a tab that never claimed is of generation 1 without saying so. */
  #fence(): Record<string, string> {
    return this.#generation === undefined ? {} : { [GENERATION_HEADER]: String(this.#generation) };
  }

  #url(path: string): string {
    return new URL(path, this.#baseUrl).href;
  }

  #sendJson(path: string, body: unknown): Promise<Response> {
    return this.#send('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json' });
  }

  async #send(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | ArrayBuffer | string | undefined,
    headers: Record<string, string>,
    ending?: AbortSignal,
  ): Promise<Response> {
    const bodyBytes = body === undefined ? 0 : typeof body === 'string' ? body.length : body.byteLength;
    const timeout = AbortSignal.timeout(Math.ceil(REQUEST_TIMEOUT_MS + (bodyBytes * 8000) / SLOWEST_LINE_BPS));
    const answer = await fetch(this.#url(path), {
      method,
      headers: { ...headers, ...this.#fence(), Authorization: `Bearer ${this.#token}` },
      ...(body === undefined ? {} : { body }),
      // Twenty requests a second: each header that says nothing is a kilobyte or two of the creator's line a second.
      referrerPolicy: 'no-referrer',
      cache: method === 'GET' ? 'no-store' : 'default',
      signal: ending === undefined ? timeout : AbortSignal.any([ending, timeout]),
    });
    return orRefusal(answer);
  }
}

/** The answer when it is a success; throws OriginRefusal. */
export async function orRefusal(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const error = await wireError(answer);
  throw new OriginRefusal(answer.status, error, retryAfterMs(answer.headers.get('Retry-After'), Date.now()));
}

async function wireError(answer: Response): Promise<WireError> {
  const fallback = { code: `http_${answer.status}`, message: `The server answered ${answer.status}.` };
  try {
    const body: unknown = await answer.json();
    const isError = typeof body === 'object' && body !== null && 'code' in body && 'message' in body;
    return isError ? { code: String(body.code), message: String(body.message) } : fallback;
  } catch {
    return fallback;
  }
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
