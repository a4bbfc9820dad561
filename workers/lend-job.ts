import { backoffMs } from '../src/lib/backoff.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { LendJoined, LendLive, LendOffer, LendWork } from '../src/protocol/lend.ts';
import { LendClient } from './lend-client.ts';
import type { LendPhase, LendState } from './lend-messages.ts';
import { probeHelper, renditionsOf } from './lend-probe.ts';
import { LendTask } from './lend-task.ts';
import { LiveHelper } from './live-helper.ts';
import type { MadeConfig, Recipe } from './segment-maker.ts';

const WORD_MS = 1_000;
const RATE_MS = 2_000;
/** Decoding and five encoders of one segment keep about two processors busy [measured]. */
const CORES_PER_TASK = 2;
const MAX_TASKS = 4;
const SMOOTHING = 0.3;

type Helping =
  | { readonly kind: 'recording'; readonly recipe: Recipe; readonly configs: readonly MadeConfig[] }
  | { readonly kind: 'live'; readonly joined: LendJoined; readonly live: LendLive };

/** A helper's tab at work: asks for segments, makes them, brings them, until it is stopped or nothing is left. */
export class LendJob {
  readonly #client: LendClient;
  readonly #invitation: string;
  readonly #onState: (state: LendState) => void;
  readonly #tasks = new Map<number, LendTask>();
  #phase: LendPhase = { kind: 'looking' };
  #offer: LendOffer | undefined;
  #helping: Helping | undefined;
  #brought = 0;
  #published = 0;
  #running = 0;
  #serviceMs: number | null = null;
  #roundTripMs = 0;
  #rate = { slots: 0, sinceMs: performance.now(), perSecond: 0 };
  #isConnected = true;
  #live: LiveHelper | undefined;

  constructor(invitation: string, baseUrl: string, onState: (state: LendState) => void) {
    this.#client = new LendClient(baseUrl);
    this.#invitation = invitation;
    this.#onState = onState;
  }

  async look(): Promise<void> {
    this.#enter({ kind: 'looking' });
    try {
      this.#offer = await this.#client.look(this.#invitation);
      this.#enter({ kind: 'invited' });
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  async help(name: string): Promise<void> {
    const offer = this.#offer;
    if (offer === undefined || (this.#phase.kind !== 'invited' && this.#phase.kind !== 'stopped')) return;
    this.#enter({ kind: 'joining' });
    try {
      if (this.#helping === undefined) {
        const configs = await probeHelper(offer);
        const joined = await this.#client.join({ invitation: this.#invitation, name, configs: base64Of(configs) });
        const { live } = joined;
        this.#helping =
          live === null ? { kind: 'recording', recipe: recipeOf(joined), configs } : { kind: 'live', joined, live };
      }
      this.#enter({ kind: 'helping' });
      void (this.#helping.kind === 'live' ? this.#helpLive(this.#helping) : this.#work());
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  /** At once: what is half done is given back, and somebody else makes it. */
  stop(): void {
    if (this.#phase.kind !== 'helping') return;
    this.#endAll();
    this.#enter({ kind: 'stopped' });
    this.#client.leave().catch(() => undefined);
  }

  async #helpLive({ joined, live }: Extract<Helping, { kind: 'live' }>): Promise<void> {
    const helper = new LiveHelper({
      client: this.#client,
      joined,
      live,
      onSlots: (slots) => this.#count(slots),
      onMade: () => this.#brought++,
      onChange: () => {
        this.#published = helper.published;
        this.#isConnected = helper.isConnected;
        this.#measure();
        this.#tell();
      },
    });
    this.#live = helper;
    try {
      await helper.run();
      if (this.#phase.kind === 'helping') this.#enter({ kind: 'over' });
    } catch (cause) {
      this.#refuse(cause);
    } finally {
      this.#live = undefined;
    }
  }

  #count(slots: number): void {
    this.#rate.slots += slots;
  }

  #measure(): void {
    const nowMs = performance.now();
    const forMs = nowMs - this.#rate.sinceMs;
    if (forMs >= RATE_MS) this.#rate = { slots: 0, sinceMs: nowMs, perSecond: (this.#rate.slots * 1000) / forMs };
  }

  async #work(): Promise<void> {
    for (let failures = 0; this.#phase.kind === 'helping'; ) {
      try {
        const startedMs = performance.now();
        const answer = await this.#client.work(this.#question());
        const tookMs = performance.now() - startedMs;
        this.#roundTripMs = this.#roundTripMs === 0 ? tookMs : mix(this.#roundTripMs, tookMs);
        failures = 0;
        this.#isConnected = true;
        if (this.#phase.kind === 'helping') this.#take(answer);
        await pause(WORD_MS);
      } catch (cause) {
        if (cause instanceof StageError && !cause.isRetryable) {
          this.#refuse(cause);
          return;
        }
        this.#isConnected = false;
        this.#tell();
        await pause(backoffMs(failures++, Math.random()));
      }
    }
  }

  #question() {
    this.#measure();
    return {
      held: [...this.#tasks.values()].map(({ lease, view }) => ({ lease, progress: view.progress })),
      framesPerSecond: this.#rate.perSecond,
      roundTripMs: this.#roundTripMs,
      serviceMs: this.#serviceMs,
      isWilling: true,
    };
  }

  #take({ state, lent, ended, segmentsDone }: LendWork): void {
    this.#published = segmentsDone;
    if (state === 'over') {
      this.#endAll();
      this.#enter({ kind: 'over' });
      return;
    }
    for (const lease of ended) this.#end(lease);
    for (const { lease, segment } of lent) this.#add(lease, segment);
    this.#next();
    this.#tell();
  }

  #add(lease: number, segment: number): void {
    const helping = this.#helping;
    if (helping?.kind !== 'recording' || this.#tasks.has(lease)) return;
    const onSlots = (slots: number): void => {
      this.#count(slots);
      this.#tell();
    };
    const { recipe, configs } = helping;
    this.#tasks.set(lease, new LendTask({ lease, segment, client: this.#client, recipe, configs, onSlots }));
  }

  #next(): void {
    const room = Math.max(1, Math.min(MAX_TASKS, Math.floor(navigator.hardwareConcurrency / CORES_PER_TASK)));
    for (const task of this.#tasks.values()) {
      if (this.#running >= room) return;
      if (this.#started.has(task)) continue;
      this.#started.add(task);
      void this.#run(task);
    }
  }

  readonly #started = new WeakSet<LendTask>();

  async #run(task: LendTask): Promise<void> {
    this.#running++;
    const startedMs = performance.now();
    try {
      await task.run();
      this.#brought++;
      const tookMs = performance.now() - startedMs;
      this.#serviceMs = this.#serviceMs === null ? tookMs : mix(this.#serviceMs, tookMs);
    } catch (cause) {
      if (!task.isEnded && cause instanceof StageError && !cause.isRetryable)
        await this.#client.done(task.segment, { kind: 'failed', reason: cause.message }).catch(() => undefined);
    } finally {
      this.#running--;
      this.#end(task.lease);
      this.#next();
      this.#tell();
    }
  }

  #end(lease: number): void {
    this.#tasks.get(lease)?.end();
    this.#tasks.delete(lease);
  }

  #endAll(): void {
    this.#live?.end();
    for (const task of this.#tasks.values()) task.end();
    this.#tasks.clear();
    this.#rate = { slots: 0, sinceMs: performance.now(), perSecond: 0 };
  }

  #refuse(cause: unknown): void {
    this.#endAll();
    const sentence = 'The server cannot be reached. Check your connection, then reload the page.';
    const error = cause instanceof StageError ? cause : new StageError('upload', 'unreachable', sentence, { cause });
    this.#enter({ kind: 'refused', error: error.toWire() });
  }

  #enter(phase: LendPhase): void {
    this.#phase = phase;
    this.#tell();
  }

  #tell(): void {
    this.#onState({
      phase: this.#phase,
      title: this.#offer?.title ?? '',
      heights: this.#offer?.tracks.map(({ height }) => height) ?? [],
      work: this.#live?.work ?? [...this.#tasks.values()].map(({ view }) => view),
      isLive: this.#offer?.isLive === true,
      framesPerSecond: this.#rate.perSecond,
      brought: this.#brought,
      published: this.#published,
      isConnected: this.#isConnected,
    });
  }
}

/** A helper's media zero is the source's own zero: a slice says where it lies. */
function recipeOf(joined: LendJoined): Recipe {
  const { grid, availabilityStartMs, durationMs } = joined;
  const { frameRate } = grid;
  // The duration was rounded up from whole slots.
  const slots = Math.floor((durationMs * frameRate) / 1000);
  return { plan: { zeroSeconds: 0, frameRate, slots }, grid, renditions: renditionsOf(joined), availabilityStartMs };
}

const base64Of = (configs: readonly MadeConfig[]): Readonly<Record<string, string>> =>
  Object.fromEntries(configs.map(({ track, avcC }) => [track, btoa(String.fromCharCode(...avcC))]));

const mix = (before: number, now: number): number => before + SMOOTHING * (now - before);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
