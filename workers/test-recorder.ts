import type { PictureContent } from '../src/encode/scene.ts';
import { LiveSession } from './live-session.ts';
import type { OriginClock } from './local-clock.ts';
import type { LivePlan, RecordedTrack } from './messages.ts';
import { StartWatch } from './start-watch.ts';
import { TestTape } from './test-tape.ts';

const PROGRESS_EVERY_MS = 250;

export interface TestRecorderOptions {
  readonly clock: OriginClock;
  content(): PictureContent;
  isBusy(): boolean;
  /** Pictures and sounds go into this session from now on. */
  begin(session: LiveSession, plan: LivePlan): void;
  /** The session that began gets nothing more, and is left to be ended. */
  leave(): LiveSession | undefined;
  onProgress(share: number): void;
  onRecorded(tracks: readonly RecordedTrack[]): void;
  onFailed(cause: unknown): void;
}

/** A few seconds as a broadcast makes them, onto a tape: nothing but the destination differs. */
export class TestRecorder {
  readonly #options: TestRecorderOptions;
  #tape: TestTape | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TestRecorderOptions) {
    this.#options = options;
  }

  async record(plan: LivePlan, durationMs: number): Promise<void> {
    if (this.#tape !== undefined || this.#options.isBusy()) return;
    await this.#record(plan, durationMs).catch((cause: unknown) => this.#fail(cause));
  }

  /** Going live does not wait for a test; what it has so far is thrown away. */
  drop(): void {
    this.#leave()
      ?.end()
      .catch((cause: unknown) => this.#fail(cause));
  }

  async #record(plan: LivePlan, durationMs: number): Promise<void> {
    const options = this.#options;
    const tape = new TestTape();
    const watch = new StartWatch(
      () => undefined,
      (error) => {
        if (this.#tape === tape) this.#fail(error);
      },
    );
    const session = new LiveSession({
      plan,
      resume: undefined,
      content: options.content(),
      clock: options.clock,
      send: (message) => tape.take(message),
      onFirstPicture: () => watch.enter('frames'),
      onStarted: () => watch.end(),
      onLadder: () => undefined,
      onError: (error) => this.#fail(error),
    });
    this.#tape = tape;
    await watch.open(session);
    // Going live came first, or it took too long.
    if (this.#tape !== tape) {
      watch.end();
      session.close();
      return;
    }
    watch.enter('picture');
    options.begin(session, plan);
    let toldMs = 0;
    const tick = (): void => {
      if (this.#tape !== tape) return;
      const waitMs = session.tick();
      const { mediaMs = 0 } = session;
      if (mediaMs >= durationMs) {
        this.#finish(tape).catch((cause: unknown) => this.#fail(cause));
        return;
      }
      this.#timer = setTimeout(tick, waitMs);
      if (mediaMs - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = mediaMs;
      options.onProgress(mediaMs / durationMs);
    };
    this.#timer = setTimeout(tick, 0);
  }

  async #finish(tape: TestTape): Promise<void> {
    await this.#leave()?.end();
    this.#options.onRecorded(tape.wind());
  }

  #leave(): LiveSession | undefined {
    if (this.#tape === undefined) return undefined;
    this.#tape = undefined;
    clearTimeout(this.#timer);
    return this.#options.leave();
  }

  #fail(cause: unknown): void {
    this.#leave()?.close();
    this.#options.onFailed(cause);
  }
}
