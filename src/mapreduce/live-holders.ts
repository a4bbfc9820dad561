import type { HolderId } from './job.ts';
import type { LiveLease } from './live-stand-by.ts';

/**
 * ready: may be lent something. silent: a lease of it has passed on because nothing came, and nothing has been heard of
 * it since, so that it may have vanished. resting: is not asked. gone: is not here.
 */
export type HolderState = 'ready' | 'silent' | 'resting' | 'gone';

interface Holder {
  /** Earlier ones were lent to a request of it that is gone. */
  readonly firstLease: number;
  state: 'ready' | 'silent' | { readonly restsUntilMs: number };
}

/** The helpers of a live, and whom of them to ask, in turn. */
export class LiveHolders {
  /** In the order in which they came, which is their turn. */
  readonly #holders = new Map<HolderId, Holder>();
  #last: HolderId | undefined;

  enter(id: HolderId, firstLease: number): void {
    if (!this.#holders.has(id)) this.#holders.set(id, { firstLease, state: 'ready' });
  }

  leave(id: HolderId): void {
    this.#holders.delete(id);
  }

  /** Something has come from it: it is there. */
  heard(id: HolderId): void {
    const holder = this.#holders.get(id);
    if (holder?.state === 'silent') holder.state = 'ready';
  }

  fellSilent(id: HolderId): void {
    const holder = this.#holders.get(id);
    if (holder?.state === 'ready') holder.state = 'silent';
  }

  rest(id: HolderId, restsUntilMs: number): void {
    const holder = this.#holders.get(id);
    if (holder !== undefined) holder.state = { restsUntilMs };
  }

  stateAt(id: HolderId, nowMs: number): HolderState {
    const state = this.#holders.get(id)?.state ?? 'gone';
    if (typeof state === 'string') return state;
    return nowMs < state.restsUntilMs ? 'resting' : 'ready';
  }

  /** Whoever was lent it is still there to be told of it. */
  holds({ id, holder }: LiveLease): boolean {
    return id >= (this.#holders.get(holder)?.firstLease ?? Number.POSITIVE_INFINITY);
  }

  /** Whoever may be asked; those who may have vanished at the end. */
  turn(nowMs: number): readonly HolderId[] {
    const ring = [...this.#holders.keys()];
    const after = ring.indexOf(this.#last ?? '') + 1;
    const inTurn = [...ring.slice(after), ...ring.slice(0, after)];
    const those = (state: HolderState): HolderId[] => inTurn.filter((id) => this.stateAt(id, nowMs) === state);
    return [...those('ready'), ...those('silent')];
  }

  /** The turn is the next one's. */
  had(id: HolderId): void {
    this.#last = id;
  }
}
