import { type ClockSample, estimateClock } from '../lib/clock-sync.ts';
import { api } from '../protocol/urls.ts';
import { hearingOf } from './level-words.ts';
import type { Permission, PreflightFacts } from './preflight.ts';
import type { StudioStore } from './studio-store.ts';

const CLOCK_TIMEOUT_MS = 5_000;

/** Finds out what the list before going live shows, beside what the probes measure. */
export class StudioPreflight {
  readonly #store: StudioStore;
  readonly #listening = new AbortController();
  #areWatched = false;

  constructor(store: StudioStore) {
    this.#store = store;
  }

  /** Looks at everything once; permissions are followed from then on. */
  look(): void {
    void this.#space();
    void this.#clock();
    if (this.#areWatched) return;
    this.#areWatched = true;
    void this.#permission('camera', (cameraPermission) => this.#set({ cameraPermission }));
    void this.#permission('microphone', (microphonePermission) => this.#set({ microphonePermission }));
  }

  onLevel(level: number): void {
    if (this.#store.state.preflight.hasHeard) return;
    const hearing = hearingOf(level, false);
    if (hearing !== 'nothing') this.#set({ hasHeard: true });
  }

  /** Another microphone has to be heard anew. */
  forgetSound(): void {
    this.#set({ hasHeard: false });
  }

  devices(change: Pick<PreflightFacts, 'camera' | 'microphone'>): void {
    this.#set(change);
  }

  close(): void {
    this.#listening.abort();
  }

  #set(change: Partial<PreflightFacts>): void {
    this.#store.set({ preflight: { ...this.#store.state.preflight, ...change } });
  }

  async #permission(name: 'camera' | 'microphone', tell: (permission: Permission) => void): Promise<void> {
    try {
      const status = await navigator.permissions.query({ name });
      const { signal } = this.#listening;
      const say = (): void => tell(status.state === 'prompt' ? 'unknown' : status.state);
      if (signal.aborted) return;
      status.addEventListener('change', say, { signal });
      say();
    } catch {
      // Not every browser tells; that the devices were opened says enough.
      tell('unknown');
    }
  }

  async #space(): Promise<void> {
    try {
      await navigator.storage.getDirectory();
      const { quota, usage = 0 } = await navigator.storage.estimate();
      this.#set({ hasDisk: true, freeBytes: quota === undefined ? undefined : quota - usage });
    } catch {
      this.#set({ hasDisk: false });
    }
  }

  async #clock(): Promise<void> {
    try {
      const sentMs = Date.now();
      const answer = await fetch(api.time, { cache: 'no-store', signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS) });
      const sample: ClockSample = { sentMs, serverMs: Date.parse(await answer.text()), receivedMs: Date.now() };
      if (Number.isFinite(sample.serverMs)) this.#set({ clockOffsetMs: estimateClock([sample])?.offsetMs });
    } catch {
      // The probe of the line says that the server does not answer.
    }
  }
}
