import { StageError } from '../src/protocol/errors.ts';
import type { Grid } from '../src/protocol/grid.ts';
import type { Part, PartName } from '../src/protocol/part.ts';
import type { Track } from '../src/protocol/track.ts';
import { giveUpOrder, whatToGiveUp } from '../src/spool/give-up.ts';
import type { Spool } from '../src/spool/spool.ts';
import type { UploadPlan } from '../src/upload/upload-plan.ts';

export interface PartKeeperOptions {
  readonly spool: Spool;
  readonly plan: UploadPlan;
  readonly grid: Grid;
  readonly tracks: readonly Track[];
  /** The spool had no room: something will never come. */
  onGivenUp(): void;
  /** One more part is in the spool, or could not be kept. */
  onAdded(): void;
}

/** Parts on their way into the spool, and what makes room for them. */
export class PartKeeper {
  readonly #options: PartKeeperOptions;
  /** Parts that are not in the spool yet. */
  #adding = 0;
  /** One after another, so that a crash loses the newest parts and never one in between. */
  #added: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: PartKeeperOptions) {
    this.#options = options;
  }

  get isAdding(): boolean {
    return this.#adding > 0;
  }

  /** Resolves when the part is in the spool and waits to be sent. Rejects with StageError `spool_full`. */
  add(name: PartName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#adding++;
    this.#added = this.#added
      .catch(() => undefined)
      .then(() => this.#addNext(name, bytes))
      .finally(() => {
        this.#adding--;
        this.#options.onAdded();
      });
    return this.#added;
  }

  /** What is in the spool waits to be sent, once more or for the first time; what is not there is left out. */
  async sendAgain(names: readonly PartName[]): Promise<void> {
    for (const name of names) {
      const part = await this.#options.spool.get(name);
      if (part !== undefined) this.#queue(name, part.bytes);
    }
  }

  /** What comes from now on is let go. */
  close(): void {
    this.#isClosed = true;
  }

  async #addNext(name: PartName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isClosed) return;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    await this.#keep({ ...name, bytes, digest });
    this.#queue(name, bytes);
  }

  #queue({ track, part }: PartName, bytes: Uint8Array): void {
    this.#options.plan.add({ track, part, bytes: bytes.length }, performance.now());
  }

  /** When the spool is full, old pictures in the high qualities make room: the lowest and the sound stay longest. */
  async #keep(part: Part): Promise<void> {
    for (;;) {
      try {
        await this.#options.spool.put(part);
        return;
      } catch (error) {
        if (!(error instanceof StageError) || error.code !== 'spool_full' || !(await this.#makeRoom())) throw error;
      }
    }
  }

  /** False when nothing may go any more. */
  async #makeRoom(): Promise<boolean> {
    const { spool, plan, grid, tracks } = this.#options;
    const gone = whatToGiveUp(spool.kept(), giveUpOrder(tracks), grid.partsPerSegment);
    if (gone === undefined) return false;
    const from = gone.segment * grid.partsPerSegment;
    for (const track of gone.tracks) {
      await spool.giveUp(track, gone.segment);
      plan.drop(track, from, from + grid.partsPerSegment);
    }
    this.#options.onGivenUp();
    return true;
  }
}
