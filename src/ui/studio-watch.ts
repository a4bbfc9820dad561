import { hearingOf } from './level-words.ts';
import { CALM, type LiveConditions } from './live-conditions.ts';
import type { StudioState } from './studio-state.ts';
import { isOnTheWay } from './studio-status.ts';
import type { StudioStore } from './studio-store.ts';

const LOOK_EVERY_MS = 1_000;
const SLEPT_TOLD_MS = 60_000;

/** Of the Battery Status API, which TypeScript does not know. */
interface Battery extends EventTarget {
  readonly charging: boolean;
  readonly level: number;
}
type WithBattery = Navigator & { getBattery?(): Promise<Battery> };

/** Keeps the machine awake while live, and notices what happens to it: battery, silence. */
export class StudioWatch {
  readonly #store: StudioStore;
  readonly #listening = new AbortController();
  readonly #unsubscribe: () => void;
  #lock: WakeLockSentinel | undefined;
  #isAsking = false;
  #heardAtMs = 0;
  #wokeAtMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(store: StudioStore) {
    this.#store = store;
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => this.#follow(), { signal });
    this.#unsubscribe = store.subscribe(() => this.#follow());
    void this.#watchBattery();
  }

  onLevel(level: number): void {
    if (hearingOf(level, false) !== 'nothing') this.#heardAtMs = performance.now();
  }

  /** Told for a minute. */
  onSlept(sleptMs: number): void {
    this.#wokeAtMs = performance.now();
    this.#set({ sleptMs });
  }

  close(): void {
    this.#listening.abort();
    this.#unsubscribe();
    clearInterval(this.#timer);
    void this.#lock?.release();
  }

  /** The phase, or whether the page is visible, has changed. */
  #follow(): void {
    const isLive = isOnTheWay(this.#store.state.phase);
    if (isLive && this.#timer === undefined) {
      this.#heardAtMs = performance.now();
      this.#timer = setInterval(() => this.#listen(), LOOK_EVERY_MS);
    }
    if (!isLive && this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      void this.#lock?.release();
      this.#lock = undefined;
      this.#set({ silentMs: CALM.silentMs, wakeLock: CALM.wakeLock });
    }
    // The browser takes the lock back whenever the tab is hidden.
    if (isLive && !document.hidden && this.#lock === undefined) void this.#stayAwake();
  }

  #listen(): void {
    if (isSilenceMeant(this.#store.state)) this.#heardAtMs = performance.now();
    const silentMs = performance.now() - this.#heardAtMs;
    const { sleptMs } = this.#store.state.conditions;
    this.#set({ silentMs, sleptMs: performance.now() - this.#wokeAtMs < SLEPT_TOLD_MS ? sleptMs : 0 });
  }

  async #stayAwake(): Promise<void> {
    if (this.#isAsking || this.#store.state.conditions.wakeLock === 'refused') return;
    this.#isAsking = true;
    try {
      const lock = await navigator.wakeLock.request('screen');
      if (this.#listening.signal.aborted || !isOnTheWay(this.#store.state.phase)) {
        await lock.release();
        return;
      }
      this.#lock = lock;
      lock.addEventListener('release', () => {
        if (this.#lock === lock) this.#lock = undefined;
      });
      this.#set({ wakeLock: 'held' });
    } catch {
      // Also refused to a tab that was hidden meanwhile: that one asks again when it is seen.
      if (!document.hidden) this.#set({ wakeLock: 'refused' });
    } finally {
      this.#isAsking = false;
    }
  }

  async #watchBattery(): Promise<void> {
    const { signal } = this.#listening;
    const battery = await (navigator as WithBattery).getBattery?.().catch(() => undefined);
    if (battery === undefined || signal.aborted) return;
    const tell = (): void => this.#set({ battery: { isCharging: battery.charging, share: battery.level } });
    battery.addEventListener('chargingchange', tell, { signal });
    battery.addEventListener('levelchange', tell, { signal });
    tell();
  }

  #set(change: Partial<LiveConditions>): void {
    this.#store.set({ conditions: { ...this.#store.state.conditions, ...change } });
  }
}

/** A screen or a film may be silent; a microphone that is in use should not be. */
const isSilenceMeant = ({ isMuted, sounds }: StudioState): boolean =>
  isMuted || !sounds.some(({ input }) => input === 'microphone');
