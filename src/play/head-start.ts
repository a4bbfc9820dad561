import type { ClockSample } from '../lib/clock-sync.ts';
import { type BroadcastDetail, newestInit } from '../protocol/broadcast.ts';
import { DEFAULT_GRID } from '../protocol/grid.ts';
import { live } from '../protocol/urls.ts';
import { askForBroadcast, type BroadcastAnswer } from './broadcast-watch.ts';
import { askForTime } from './origin-clock.ts';
import { manifestPartMs } from './piece-size.ts';

/** After that a player asks for itself: a manifest this old may lack what has been said since. */
const FRESH_MS = 3000;
const GIVE_UP_MS = 8000;

/**
 * What a player will surely ask for first, asked for while its code is still on the way: how the broadcast stands, the
 * manifest that goes with the feed, and every init segment. Each answer serves one request.
 */
export class HeadStart {
  readonly detail: Promise<BroadcastAnswer>;
  /** undefined: the origin did not say. */
  readonly clock: Promise<ClockSample | undefined>;
  readonly #startedMs = performance.now();
  readonly #answers = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  #manifest: string | undefined;

  constructor(broadcastId: string) {
    this.clock = askForTime(AbortSignal.timeout(GIVE_UP_MS)).catch(() => undefined);
    this.detail = askForBroadcast(broadcastId, AbortSignal.timeout(GIVE_UP_MS)).then((answer) => {
      if (answer.kind === 'detail' && isThere(answer.detail)) this.#askForMedia(answer.detail);
      return answer;
    });
  }

  /** The answer to a request for `url`, when it was asked for; undefined, or a promise of undefined: ask the origin. */
  take(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> | undefined {
    const { href } = new URL(url, location.href);
    const answer = this.#answers.get(href);
    this.#answers.delete(href);
    const isStale = href === this.#manifest && performance.now() - this.#startedMs > FRESH_MS;
    return isStale ? undefined : answer;
  }

  #askForMedia({ id, grid, tracks, cuts }: BroadcastDetail): void {
    const { partsPerSegment } = grid ?? DEFAULT_GRID;
    this.#manifest = this.#ask(live.manifest(id, manifestPartMs(partsPerSegment)));
    for (const track of tracks) this.#ask(live.init(id, track.id, newestInit(track.id, cuts) / partsPerSegment));
  }

  #ask(path: string): string {
    const { href } = new URL(path, location.href);
    this.#answers.set(href, bytesOf(href));
    return href;
  }
}

/** What is still being made comes in whole segments, by another manifest. */
const isThere = ({ state, upload }: BroadcastDetail): boolean =>
  state !== 'reserved' && state !== 'processing' && upload?.isFinished !== false;

async function bytesOf(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(GIVE_UP_MS) });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
}
