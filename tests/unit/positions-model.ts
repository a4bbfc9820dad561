import { laterHlc, NO_HLC } from '../../src/positions/hlc.ts';
import {
  afterAnswer,
  type LocalPosition,
  type OriginClock,
  stampNow,
  takeOver,
  writeCleared,
  writeDown,
} from '../../src/positions/local.ts';
import type { Device, Hlc, Position, PositionOutcome } from '../../src/protocol/positions.ts';

/** Half a round trip, forth and back different: what a clock estimate is wrong by. */
const ESTIMATE_ERROR_MS = 150;

export interface Answer {
  readonly sent: Position;
  readonly outcome: PositionOutcome;
  readonly serverTimeMs: number;
}

/** One browser profile with a clock of its own and a store that its tabs share, as a page would drive the rules. */
export class ModelDevice {
  readonly store = new Map<string, LocalPosition>();
  readonly #id: string;
  readonly #skewMs: number;
  #clock: OriginClock = { kind: 'unknown' };
  #lastHlc: Hlc = NO_HLC;

  constructor(id: string, skewMs: number) {
    this.#id = id.repeat(16).slice(0, 16);
    this.#skewMs = skewMs;
  }

  watch(broadcastId: string, mediaMs: number, tab: number, trueMs: number): void {
    const watched = { broadcastId, mediaMs, durationMs: null, availabilityStartMs: null, isAtEdge: false };
    this.#keep(writeDown(watched, this.store.get(broadcastId), this.#writing(tab, trueMs)));
  }

  clear(broadcastId: string, tab: number, trueMs: number): void {
    const before = this.store.get(broadcastId);
    if (before !== undefined) this.#keep(writeCleared(before, this.#writing(tab, trueMs)));
  }

  /** What it would send now; nothing before it knows the origin's clock. */
  unsent(): readonly Position[] {
    return [...this.store.values()].filter(({ sync }) => sync === 'unsent').map(({ position }) => position);
  }

  answered({ sent, outcome, serverTimeMs }: Answer, trueMs: number): void {
    this.#learn(serverTimeMs, trueMs);
    const local = this.#stampedOf(sent.broadcastId);
    const next = afterAnswer(local, sent, outcome);
    if (next === undefined) this.store.delete(sent.broadcastId);
    else this.#keep(next);
  }

  synced(positions: readonly Position[], serverTimeMs: number, trueMs: number): void {
    this.#learn(serverTimeMs, trueMs);
    for (const held of positions) this.#keep(takeOver(this.#stampedOf(held.broadcastId), held));
  }

  #writing(tab: number, trueMs: number) {
    const device: Device = { id: this.#id, name: this.#id.slice(0, 1), tab: `tab${tab}`.padEnd(16, '0') };
    return { device, deviceNowMs: trueMs + this.#skewMs, clock: this.#clock, lastHlc: this.#lastHlc };
  }

  #learn(serverTimeMs: number, trueMs: number): void {
    if (this.#clock.kind === 'known') return;
    const offsetMs =
      serverTimeMs - (trueMs + this.#skewMs) + (this.#id.charCodeAt(0) % 2 === 0 ? 1 : -1) * ESTIMATE_ERROR_MS;
    this.#clock = { kind: 'known', offsetMs };
    for (const local of Array.from(this.store.values())) this.#keep(stampNow(local, offsetMs));
  }

  #stampedOf(broadcastId: string) {
    const local = this.store.get(broadcastId);
    return local === undefined || local.sync === 'unstamped' ? undefined : local;
  }

  #keep(local: LocalPosition): void {
    this.store.set(local.position.broadcastId, local);
    this.#lastHlc = laterHlc(this.#lastHlc, local.position.hlc);
  }
}
