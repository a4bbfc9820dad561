import { forgetKept, stopKeeping } from '../play/kept-store.ts';
import { type LocalPosition, toSend, type Watched } from '../positions/local.ts';
import type {
  Device,
  HistorySettings,
  Hlc,
  Position,
  PositionList,
  PositionsAnswer,
  PositionsRequest,
} from '../protocol/positions.ts';
import { api } from '../protocol/urls.ts';
import { askOrigin } from './ask-origin.ts';
import { deviceName } from './device-name.ts';
import { askMe, type MeState } from './me.ts';
import { GUEST, type Owner, PositionsStore } from './positions-store.ts';
import { randomId } from './random-id.ts';

const FLUSH_LOCK = 'tabcast-positions';
const CHANNEL = 'tabcast-positions';
/** Playback does not wait longer than this for what other devices said. */
const RESUME_WAIT_MS = 1500;

/** What the resume rules ask for. */
export interface KnownPlaces {
  readonly own: Position | undefined;
  readonly account: Position | undefined;
  readonly deviceId: string;
  readonly clearedHlc: Hlc;
}

/** Who uses this browser and what is known of their history. */
export interface History {
  readonly owner: Owner;
  readonly positions: readonly Position[];
  readonly clearedHlc: Hlc;
  readonly isPaused: boolean;
}

/** Joins this browser's store, the origin and the other tabs. Everything it decides is decided in `src/positions`. */
export class PositionsClient {
  readonly #store: PositionsStore;
  readonly #device: Device;
  readonly #channel = new BroadcastChannel(CHANNEL);
  #later: AbortController | undefined;
  /** The newest record of this page, and whether its owner has an account: what leaving sends without waiting. */
  #newest: { readonly local: LocalPosition; readonly owner: Owner } | undefined;

  private constructor(store: PositionsStore, deviceId: string) {
    this.#store = store;
    this.#device = { id: deviceId, name: deviceName(), tab: randomId() };
    addEventListener('online', () => void this.flush());
  }

  static async open(): Promise<PositionsClient> {
    const store = await PositionsStore.open();
    return new PositionsClient(store, (await store.device()).id);
  }

  /** `listener` is called when another tab changed something. */
  onChange(listener: () => void): () => void {
    this.#channel.addEventListener('message', listener);
    return () => this.#channel.removeEventListener('message', listener);
  }

  /** Takes over who is logged in, and the origin's clock; then sends and fetches what is missing. False: not all of it. */
  async adopt(who: MeState): Promise<boolean> {
    if (who.kind !== 'known') return false;
    await this.#store.setClock(who.me.serverTimeMs - (who.sentMs + who.receivedMs) / 2);
    const { owner } = await this.#store.device();
    const account = who.me.account?.id;
    if (account === undefined) {
      if (owner !== GUEST) await this.#endSession();
      return true;
    }
    if (owner !== account) {
      if (owner !== GUEST) await this.#endSession();
      await this.#store.enter(account);
    }
    const isSent = await this.flush();
    return (await this.pull()) !== undefined && isSent;
  }

  /** What the resume rules need, at most a moment later: without the origin, what this device knows. */
  async places(broadcastId: string): Promise<KnownPlaces> {
    const limit = new Promise((resolve) => setTimeout(resolve, RESUME_WAIT_MS));
    await Promise.race([askMe().then((who) => this.adopt(who)), limit]);
    const { id, owner } = await this.#store.device();
    return {
      own: await this.#store.ownRow(owner, broadcastId),
      account: (await this.#store.row(owner, broadcastId))?.position,
      deviceId: id,
      clearedHlc: (await this.#store.owner(owner)).clearedHlc,
    };
  }

  async save(watched: Watched): Promise<void> {
    const local = await this.#store.write(watched, this.#device, Date.now());
    if (local === undefined) return;
    const { owner } = await this.#store.device();
    this.#newest = { local, owner };
    this.#armLeaving();
    this.#channel.postMessage('changed');
  }

  async send(watched: Watched): Promise<void> {
    await this.save(watched);
    await this.flush();
  }

  /** In a way that outlives the page: nothing is waited for. */
  leave(watched: Watched): void {
    void this.save(watched).then(() => {
      const newest = this.#newest;
      if (newest === undefined || newest.owner === GUEST || newest.local.sync !== 'unsent') return;
      const { position } = newest.local;
      askOrigin('PUT', api.position(position.broadcastId), { body: position, keepalive: true }).catch(() => {
        // It stays in the store, which is the queue.
      });
    });
  }

  /** Sends what the origin does not have. True when nothing is left; one tab at a time. */
  async flush(): Promise<boolean> {
    return oneTabAtATime(async () => {
      const { owner, clock } = await this.#store.device();
      if (owner === GUEST) return true;
      if (clock.kind === 'unknown') return false;
      try {
        await this.#sendCleared(owner);
        for (const positions of toSend(await this.#store.rows(owner))) {
          const body: PositionsRequest = { positions };
          const { results } = await askOrigin<PositionsAnswer>('PUT', api.positions, { body });
          await this.#store.answered(owner, positions, results);
        }
      } catch {
        return false;
      }
      this.#disarm();
      return true;
    });
  }

  async pull(): Promise<PositionList | undefined> {
    const { owner } = await this.#store.device();
    if (owner === GUEST) return undefined;
    try {
      const list = await askOrigin<PositionList>('GET', api.positions);
      await this.#store.pulled(owner, list);
      return list;
    } catch {
      return undefined;
    }
  }

  async history(): Promise<History> {
    const { owner } = await this.#store.device();
    const rows = await this.#store.rows(owner);
    const { clearedHlc, isPaused } = await this.#store.owner(owner);
    return { owner, positions: rows.map(({ position }) => position), clearedHlc, isPaused };
  }

  async clearOne(broadcastId: string): Promise<void> {
    await Promise.all([this.#store.clearOne(broadcastId, this.#device, Date.now()), forgetKept(broadcastId)]);
    this.#newest = undefined;
    await this.#changed();
  }

  async clearAll(): Promise<void> {
    await Promise.all([this.#store.clearAll(Date.now()), forgetKept()]);
    this.#newest = undefined;
    await this.#changed();
  }

  /** False while history is paused: then nothing that is watched stays here. */
  async mayKeep(): Promise<boolean> {
    const { owner } = await this.#store.device();
    return !(await this.#store.owner(owner)).isPaused;
  }

  /** Rejects with StageError when the origin, which holds this for an account, does not take it. */
  async setPaused(isPaused: boolean): Promise<void> {
    const { owner } = await this.#store.device();
    const body: HistorySettings = { isPaused };
    if (owner !== GUEST) await askOrigin('PATCH', api.positions, { body });
    await this.#store.changeOwner(owner, { isPaused });
    if (isPaused) stopKeeping();
    this.#channel.postMessage('changed');
  }

  /** After a log-out: this browser forgets that person. */
  async forget(): Promise<void> {
    this.#disarm();
    this.#newest = undefined;
    await Promise.all([this.#store.leave(), forgetKept()]);
    this.#channel.postMessage('changed');
  }

  async #endSession(): Promise<void> {
    await Promise.all([this.#store.sessionEnded(), forgetKept()]);
  }

  async #changed(): Promise<void> {
    this.#channel.postMessage('changed');
    await this.flush();
  }

  async #sendCleared(owner: Owner): Promise<void> {
    const { isClearUnsent, clearedHlc } = await this.#store.owner(owner);
    if (!isClearUnsent) return;
    await askOrigin('DELETE', `${api.positions}?hlc=${clearedHlc}`);
    await this.#store.changeOwner(owner, { isClearUnsent: false });
  }

  /** Keeps the newest position ready in the browser itself, for a page that is killed without a word. */
  #armLeaving(): void {
    const newest = this.#newest;
    this.#disarm();
    if (newest === undefined || newest.owner === GUEST || newest.local.sync !== 'unsent') return;
    const { position } = newest.local;
    this.#later = new AbortController();
    fetchOnLeave(api.position(position.broadcastId), position, this.#later.signal);
  }

  #disarm(): void {
    this.#later?.abort();
    this.#later = undefined;
  }
}

/** Locks are for secure pages only; over plain HTTP two tabs may send the same, which does no harm. */
const oneTabAtATime = <T>(act: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request(FLUSH_LOCK, act) : act();

/** `fetchLater` is in Chromium only; it throws when its quota is used up. */
function fetchOnLeave(path: string, body: unknown, signal: AbortSignal): void {
  const { fetchLater } = globalThis as { fetchLater?: (path: string, init: RequestInit) => unknown };
  try {
    fetchLater?.(path, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  } catch {
    // `keepalive` at hiding, and the store, remain.
  }
}

let opened: Promise<PositionsClient | undefined> | undefined;

/** One for the page; undefined where the browser keeps nothing. */
export function openPositions(): Promise<PositionsClient | undefined> {
  opened ??= PositionsClient.open().catch(() => undefined);
  return opened;
}
