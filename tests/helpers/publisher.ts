import { createHash } from 'node:crypto';
import type { EndRequest, ReservedBroadcast, StartRequest } from '../../src/protocol/broadcast.ts';
import { type Grid, type PartIndex, type PartsPerSegment, SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import type { Track, TrackId } from '../../src/protocol/track.ts';
import { api, ingest } from '../../src/protocol/urls.ts';
import { CLIP_FRAME_RATE, CLIP_GOP_SECONDS, testClip } from './clip.ts';
import { makePart, type PublishedTrack, type TrackChoice, tracksOf } from './published-tracks.ts';

export interface PublishOptions extends TrackChoice {
  /** `http://127.0.0.1:8080`, no slash at the end. */
  readonly origin: string;
  readonly title?: string;
  /** Media already there when the publisher starts to keep real time: sent as fast as the origin takes it. */
  readonly pastSeconds?: number;
  /** All media, the past included; goes on until `end` or `abandon` when not said. */
  readonly seconds?: number;
  /** How long after its last frame a part leaves, as an encoder would delay it. */
  readonly delayMs?: number;
  readonly partsPerSegment?: PartsPerSegment;
  /** Asked for every part: leave it out for ever, or hold it back for so many milliseconds. */
  readonly treat?: (track: TrackId, part: PartIndex) => 'send' | 'drop' | { readonly delayMs: number };
}

export interface Publisher {
  readonly id: string;
  readonly token: string;
  readonly watchUrl: string;
  readonly availabilityStartMs: number;
  readonly grid: Grid;
  readonly tracks: readonly Track[];
  /** Index after the last part that the origin has taken. */
  nextPart(): PartIndex;
  /** Resolves once so many seconds of media are with the origin. */
  reached(seconds: number): Promise<void>;
  /** Resolves when `seconds` of media are out; rejects when the origin refuses. */
  readonly finished: Promise<void>;
  /** Stops at the next part and tells the origin that this was the end. */
  end(): Promise<void>;
  /** Stops without a word, as a tab that was closed. */
  abandon(): Promise<void>;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes the test clip, looped with rising times, through the real ingest API. Resolves once the broadcast is live. */
export async function publish(options: PublishOptions): Promise<Publisher> {
  const published = tracksOf(await testClip(), options);
  const grid: Grid = {
    partsPerSegment: options.partsPerSegment ?? 100,
    gopSeconds: CLIP_GOP_SECONDS,
    frameRate: CLIP_FRAME_RATE,
  };
  const broadcast = await call<ReservedBroadcast>(options.origin, 'POST', api.broadcasts, {
    json: { title: options.title ?? 'Test picture' },
  });
  const { id, token } = broadcast;
  for (const { track, init } of published)
    await call(options.origin, 'PUT', ingest.init(id, track.id), {
      token,
      bytes: init,
      headers: { 'Content-Type': 'video/mp4', 'Content-Digest': `sha-256=:${sha256(init).toString('base64')}:` },
    });
  const pastMs = (options.pastSeconds ?? 0) * 1000;
  const start: StartRequest = {
    availabilityStartMs: Date.now() - pastMs,
    grid,
    tracks: published.map(({ track }) => track),
  };
  await call(options.origin, 'POST', ingest.start(id), { token, json: start });
  return run(options, broadcast, start, published);
}

function run(
  options: PublishOptions,
  { id, token, watchUrl }: ReservedBroadcast,
  { availabilityStartMs, grid, tracks }: StartRequest,
  published: readonly PublishedTrack[],
): Publisher {
  const partsPerSecond = grid.partsPerSegment / SEGMENT_SECONDS;
  const endPart = options.seconds === undefined ? Number.POSITIVE_INFINITY : options.seconds * partsPerSecond;
  const dueMs = (part: PartIndex): number =>
    availabilityStartMs + ((part + 1) * 1000) / partsPerSecond + (options.delayMs ?? 0);
  let isStopped = false;
  let next = 0;
  let takenParts = 0;
  const waiting: { part: PartIndex; wake: () => void }[] = [];
  const late = new Set<Promise<void>>();

  const send = async (parts: readonly Part[]): Promise<void> => {
    if (parts.length > 0) await sendParts(options.origin, id, token, parts, () => isStopped);
  };
  const tick = async (from: PartIndex, to: PartIndex): Promise<void> => {
    const now: Part[] = [];
    for (let part = from; part < to; part++)
      for (const source of published) {
        const fate = options.treat?.(source.track.id, part) ?? 'send';
        if (fate === 'drop') continue;
        const made = makePart(source, part, grid, availabilityStartMs);
        if (made === undefined) continue;
        if (fate === 'send') now.push(made);
        else {
          const sent = delay(fate.delayMs).then(() => send([made]));
          late.add(sent);
          void sent.finally(() => late.delete(sent)).catch(() => undefined);
        }
      }
    await send(now);
    takenParts = to;
    for (const waiter of waiting.splice(0)) {
      if (waiter.part <= to) waiter.wake();
      else waiting.push(waiter);
    }
  };
  const loop = async (): Promise<void> => {
    while (!isStopped && next < endPart) {
      const wait = dueMs(next) - Date.now();
      if (wait > 0) await delay(wait);
      if (isStopped) break;
      let to = next + 1;
      while (to < endPart && to - next < 20 && dueMs(to) <= Date.now()) to++;
      const from = next;
      next = to;
      await tick(from, to);
    }
    await Promise.all(late);
  };
  const finished = loop();
  finished.catch(() => undefined);

  const endParts = (): EndRequest['endParts'] => Object.fromEntries(tracks.map((track) => [track.id, next]));
  return {
    id,
    token,
    watchUrl,
    availabilityStartMs,
    grid,
    tracks,
    finished,
    nextPart: () => takenParts,
    reached(seconds) {
      const part = Math.ceil(seconds * partsPerSecond);
      if (takenParts >= part) return Promise.resolve();
      const woken = new Promise<void>((wake) => waiting.push({ part, wake }));
      // A publisher that failed must fail whoever waits for it.
      return Promise.race([woken, finished.then(() => (takenParts >= part ? undefined : woken))]);
    },
    async end() {
      isStopped = true;
      await finished;
      await call(options.origin, 'POST', ingest.end(id), {
        token,
        json: { endParts: endParts() } satisfies EndRequest,
      });
    },
    async abandon() {
      isStopped = true;
      await finished.catch(() => undefined);
    },
  };
}

async function sendParts(
  origin: string,
  id: string,
  token: string,
  parts: readonly Part[],
  isStopped: () => boolean,
): Promise<void> {
  for (;;) {
    const sent = call<TickAnswer>(origin, 'POST', ingest.parts(id), {
      token,
      bytes: encodeTick(parts),
      headers: { 'Content-Type': TICK_CONTENT_TYPE },
    });
    try {
      const answer = await sent;
      const refused = answer.parts.flatMap((outcome, i) =>
        outcome.status > 201 ? [`${parts[i]?.track}/${parts[i]?.part}: ${JSON.stringify(outcome)}`] : [],
      );
      if (refused.length > 0) throw new Error(`the origin refused parts: ${refused.join('; ')}`);
      return;
    } catch (error) {
      // An origin that is away (fetch fails with TypeError) or busy for a moment is tried again, as the studio does.
      const isPassing = error instanceof TypeError || (error instanceof Refusal && [429, 503].includes(error.status));
      if (!isPassing || isStopped()) throw error;
      await delay(100);
    }
  }
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

interface CallOptions {
  readonly token?: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call<T>(origin: string, method: string, path: string, options: CallOptions): Promise<T> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers['Authorization'] = `Bearer ${options.token}`;
  if (options.json !== undefined) headers['Content-Type'] = 'application/json';
  const body = options.json === undefined ? options.bytes : JSON.stringify(options.json);
  const answer = await fetch(origin + path, { method, headers, body: (body ?? null) as BodyInit | null });
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(answer.status, `${method} ${path} was answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
