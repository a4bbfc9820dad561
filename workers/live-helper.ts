import { backoffMs } from '../src/lib/backoff.ts';
import { checkInit } from '../src/package/check-init.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { LeaseWord, LendJoined, LendLive, LiveLook, LiveWord } from '../src/protocol/lend.ts';
import type { LendClient } from './lend-client.ts';
import type { LendWorkView } from './lend-messages.ts';
import { lookAtLive } from './live-look.ts';
import { LiveTask } from './live-task.ts';
import { Silence } from './silence.ts';

export interface LiveHelperOptions {
  readonly client: LendClient;
  readonly joined: LendJoined;
  readonly live: LendLive;
  readonly onSlots: (slots: number) => void;
  /** A segment is whole, by this tab's last part. */
  readonly onMade: () => void;
  readonly onChange: () => void;
}

/** The origin says at least this often that it is there. */
const SILENT_MS = 5_000;

/** A helper of a live: does what the origin's stream of words tells it, at once. */
export class LiveHelper {
  readonly #options: LiveHelperOptions;
  readonly #description: Uint8Array<ArrayBuffer>;
  readonly #tasks = new Map<number, LiveTask>();
  readonly #ending = new AbortController();
  #look: LiveLook | undefined;
  isConnected = true;
  published = 0;

  constructor(options: LiveHelperOptions) {
    this.#options = options;
    const init = checkInit(Uint8Array.from(atob(options.live.init), (letter) => letter.charCodeAt(0)));
    if (init.kind === 'bad' || init.facts.media.kind !== 'video')
      throw new StageError('package', 'bad_init', 'The video of this broadcast cannot be read.');
    this.#description = new Uint8Array(init.facts.media.avcC);
  }

  get work(): readonly LendWorkView[] {
    const making = [...this.#tasks.values()].flatMap(({ segment, progress, isMaking }) =>
      isMaking ? [{ segment, step: 'making' as const, progress }] : [],
    );
    const look = this.#look;
    return look === undefined ? making : [...making, { segment: look.segment, step: 'looking', progress: 0 }];
  }

  end(): void {
    this.#ending.abort();
    this.#stopAll();
  }

  /** Resolves when the broadcast is over, or after `end`. Rejects with what no repeating can change. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#ending.signal.aborted; ) {
      try {
        for await (const word of this.#words()) {
          failures = 0;
          if (word.kind === 'over') return;
          this.#take(word);
        }
      } catch (cause) {
        if (cause instanceof StageError && !cause.isRetryable) throw cause;
      }
      // Whatever was lent was lent to the request that is gone.
      this.#stopAll();
      if (this.#ending.signal.aborted) return;
      this.isConnected = false;
      this.#options.onChange();
      await new Promise((resolve) => setTimeout(resolve, backoffMs(failures++, Math.random())));
    }
  }

  async *#words(): AsyncGenerator<LiveWord, void, undefined> {
    const silence = new Silence(SILENT_MS);
    try {
      const signal = AbortSignal.any([this.#ending.signal, silence.signal]);
      const stream = await this.#options.client.liveWords(signal);
      let text = '';
      for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
        silence.heard();
        const lines = (text + chunk).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as LiveWord;
      }
    } finally {
      silence.end();
    }
  }

  #take(word: Exclude<LiveWord, { readonly kind: 'over' }>): void {
    this.isConnected = true;
    if (word.kind === 'beat') this.published = word.segmentsDone;
    else if (word.kind === 'stop') this.#stop(word.lease);
    else if (word.kind === 'look') void this.#lookAt(word.look);
    else if (word.kind === 'stand-by') void this.#run(word);
    else this.#make(word);
    this.#options.onChange();
  }

  #make(word: LeaseWord): void {
    if (this.#tasks.get(word.lease)?.begin(word.fromPart) === true) return;
    // It did not stand by, or what it has decoded is beyond the first part that lacks.
    this.#stop(word.lease);
    void this.#run(word);
  }

  async #run({ kind, lease, segment, fromPart }: LeaseWord): Promise<void> {
    const { client, joined, live, onSlots, onMade, onChange } = this.#options;
    const description = this.#description;
    const task = new LiveTask({ client, joined, live, description, segment, fromPart, onSlots });
    this.#tasks.set(lease, task);
    if (kind === 'make') task.begin(fromPart);
    try {
      await task.run();
      if (task.isMaking) onMade();
    } catch {
      // The origin hears nothing more of it, and lends it to somebody else.
    } finally {
      if (this.#tasks.get(lease) === task) this.#tasks.delete(lease);
      onChange();
    }
  }

  /** At what another helper made. */
  async #lookAt(look: LiveLook): Promise<void> {
    const { client, onChange } = this.#options;
    this.#look = look;
    try {
      await client.sayOfLook(look.look, await lookAtLive(look, (track, range) => client.liveMade(track, range)));
    } catch {
      // Whoever hears nothing asks somebody else.
    } finally {
      if (this.#look === look) this.#look = undefined;
      onChange();
    }
  }

  #stop(lease: number): void {
    this.#tasks.get(lease)?.end();
    this.#tasks.delete(lease);
  }

  #stopAll(): void {
    for (const task of this.#tasks.values()) task.end();
    this.#tasks.clear();
  }
}
