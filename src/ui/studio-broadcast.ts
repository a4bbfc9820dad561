import type { FromUpload, LivePlan } from '../../workers/messages.ts';
import { StageError } from '../protocol/errors.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import type { StudioEngine } from './studio-engine.ts';
import { toProblem } from './studio-problem.ts';
import type { StudioReservation } from './studio-reservation.ts';
import { keepSleep, takeSleep } from './studio-sleep.ts';
import type { StudioSource } from './studio-source.ts';
import type { StudioStore } from './studio-store.ts';
import type { StudioWatch } from './studio-watch.ts';

export interface StudioBroadcastOptions {
  readonly engine: StudioEngine;
  readonly reservation: StudioReservation;
  readonly source: StudioSource;
  readonly store: StudioStore;
  readonly watch: StudioWatch;
  plan(rungs: LivePlan['rungs'], isHelped: boolean): LivePlan;
}

/** From going live, or going on with what an earlier tab left, to the end. */
export class StudioBroadcast {
  readonly #options: StudioBroadcastOptions;
  #answerRecall: () => void = () => undefined;
  /** It is known whether an earlier tab left a broadcast: nothing is reserved before. */
  readonly recalled = new Promise<void>((resolve) => {
    this.#answerRecall = resolve;
  });

  constructor(options: StudioBroadcastOptions) {
    this.#options = options;
  }

  async goLive(): Promise<void> {
    const { engine, source, store } = this.#options;
    const { phase, probe } = store.state;
    if (phase.kind !== 'ready') return;
    if (probe.kind !== 'done')
      throw new StageError(
        'encode',
        'probe_running',
        'One moment: this machine and this line are still being measured.',
      );
    store.set({ phase: { kind: 'starting', step: 'camera' }, testRecording: { kind: 'none' } });
    keepOnDisk();
    const [top] = probe.rungs;
    if (top !== undefined) await source.limit(top);
    engine.toEngine({ kind: 'go-live', plan: this.#options.plan(probe.rungs, store.state.isHelped) });
  }

  async resume(): Promise<void> {
    const { engine, source, store } = this.#options;
    const { phase } = store.state;
    if (phase.kind !== 'unfinished') return;
    const { left } = phase;
    store.set({ phase: { kind: 'asking' } });
    try {
      await source.open('camera');
    } catch (cause) {
      // The broadcast waits as it was; the person may let the browser have the camera and try again.
      store.set({ phase });
      throw cause;
    }
    keepOnDisk();
    store.set({ phase: { kind: 'starting', step: 'earlier' }, broadcast: left.broadcast });
    engine.toUpload({ kind: 'resume' });
  }

  finish(): void {
    const { engine, store } = this.#options;
    const { phase } = store.state;
    if (phase.kind !== 'unfinished') return;
    store.set({ phase: { kind: 'ending' }, broadcast: phase.left.broadcast });
    engine.toUpload({ kind: 'finish' });
  }

  async startAnew(): Promise<void> {
    const { reservation, store } = this.#options;
    if (store.state.phase.kind !== 'unfinished') return;
    store.set({ phase: { kind: 'welcome' } });
    await reservation.ensure();
  }

  end(): void {
    const { engine, store } = this.#options;
    if (store.state.phase.kind !== 'live') return;
    store.set({ phase: { kind: 'ending' } });
    engine.toEngine({ kind: 'end' });
  }

  onRecalled(left: UnfinishedBroadcast | undefined): void {
    const { reservation, store, watch } = this.#options;
    const sleptMs = takeSleep();
    if (left !== undefined) store.set({ phase: { kind: 'unfinished', left } });
    if (left !== undefined && sleptMs !== undefined && left.state !== 'over') {
      watch.onSlept(sleptMs);
      // Where it cannot, the person is asked as after any reload.
      this.resume().catch(() => undefined);
    }
    if (left === undefined) reservation.ensure().catch((cause: unknown) => store.block(toProblem(cause, 'retry')));
    this.#answerRecall();
  }

  /** The upload has looked through what the earlier tab left: the engine goes on with it. */
  onResumable({ plan, resume }: Extract<FromUpload, { kind: 'resumable' }>): void {
    this.#goOn(plan, resume).catch((cause: unknown) => this.#options.store.fail(toProblem(cause, 'reload')));
  }

  onSlept(awayMs: number, isGivenUp: boolean): void {
    const { store, watch } = this.#options;
    if (!isGivenUp) {
      watch.onSlept(awayMs);
      return;
    }
    // Encoders, devices and sound are as good as gone: everything begins anew, and goes on by itself.
    store.set({ phase: { kind: 'asking' } });
    keepSleep(awayMs);
    location.reload();
  }

  async #goOn(plan: LivePlan, resume: Extract<FromUpload, { kind: 'resumable' }>['resume']): Promise<void> {
    const { engine, source, store } = this.#options;
    const [top] = plan.rungs;
    store.set({ isHelped: plan.isHelped });
    if (top !== undefined) await source.limit(top);
    engine.toEngine({ kind: 'go-live', plan, resume });
  }
}

/** Asked, not awaited: a browser that says no only may clear its disk when it runs out of room. */
function keepOnDisk(): void {
  void navigator.storage?.persist().catch(() => false);
}
