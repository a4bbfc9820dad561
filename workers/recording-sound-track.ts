import { missingSegments } from '../src/mapreduce/missing.ts';
import type { PartRange } from '../src/protocol/part.ts';
import { SOUND_TRACK } from './recording-begin.ts';
import type { RecordingSender } from './recording-sender.ts';
import type { RecordingSound } from './recording-sound.ts';
import type { MadePart } from './segment-maker.ts';

/** Ten seconds of sound in one request. */
const BATCH_PARTS = 100;

/** The sound of a recording on its way to the origin, once through, without what is there already. */
export class RecordingSoundTrack {
  readonly #endPart: number;
  readonly #partsPerSegment: number;
  readonly #sender: RecordingSender;
  #batch: MadePart[] = [];
  #made = 0;
  #isDone: boolean;

  constructor(sender: RecordingSender, endPart: number, partsPerSegment: number) {
    this.#sender = sender;
    this.#endPart = endPart;
    this.#partsPerSegment = partsPerSegment;
    this.#isDone = endPart === 0;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** 0 to 1. */
  get share(): number {
    return this.#isDone ? 1 : this.#made / this.#endPart;
  }

  isMissing(stored: Readonly<Record<string, readonly PartRange[]>>): boolean {
    return missingSegments(stored, { [SOUND_TRACK]: this.#endPart }, this.#partsPerSegment).length > 0;
  }

  /** Resolves when the origin has all of it. `sound` is used up. */
  async send(sound: RecordingSound, stored: Readonly<Record<string, readonly PartRange[]>>): Promise<void> {
    this.#isDone = false;
    const there = stored[SOUND_TRACK] ?? [];
    if (this.isMissing(stored)) await sound.run((part) => this.#take(part, there));
    else await sound.close();
    await this.#flush();
    this.#isDone = true;
  }

  async #take(part: MadePart, there: readonly PartRange[]): Promise<void> {
    this.#made = part.part + 1;
    if (!there.some(({ from, to }) => from <= part.part && part.part < to)) this.#batch.push(part);
    if (this.#batch.length >= BATCH_PARTS) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) await this.#sender.send(batch);
  }
}
