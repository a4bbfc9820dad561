import { type StartStep, startLimitMs, stuckAt } from '../src/encode/start-steps.ts';
import type { StageError } from '../src/protocol/errors.ts';

/** Sees that a start does not wait for ever: tells each step, and the error when one takes too long. */
export class StartWatch {
  readonly #onStep: (step: StartStep) => void;
  readonly #onStuck: (error: StageError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(onStep: (step: StartStep) => void, onStuck: (error: StageError) => void) {
    this.#onStep = onStep;
    this.#onStuck = onStuck;
  }

  /** Nothing more happens after `end`. */
  enter(step: StartStep): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.end();
      this.#onStuck(stuckAt(step));
    }, startLimitMs(step));
    this.#onStep(step);
  }

  /** The first step. What makes it fail is for the caller to tell, not that the start took long. */
  async open(session: { open(): Promise<void> }): Promise<void> {
    this.enter('encoders');
    try {
      await session.open();
    } catch (cause) {
      this.end();
      throw cause;
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}
