import type { UploadProgress } from '../protocol/broadcast.ts';
import { SEGMENT_MS } from '../protocol/grid.ts';

export interface MadeFacts {
  readonly upload: UploadProgress | null;
  readonly durationMs: number;
}

/** True when every track has the segment, from what the origin said last (SPEC UPLOAD3). */
export const isMade = (segment: number, { upload, durationMs }: MadeFacts): boolean =>
  upload === null || upload.isFinished || upload.madeMs >= Math.min((segment + 1) * SEGMENT_MS, durationMs);

/** Requests for what is still being made wait here, so that nobody asks the origin for what it cannot have yet. */
export class MadeGate {
  #facts: MadeFacts | undefined;
  #waiting: { readonly segment: number; readonly go: () => void }[] = [];

  tell(facts: MadeFacts): void {
    this.#facts = facts;
    const ready = this.#waiting.filter(({ segment }) => isMade(segment, facts));
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { go } of ready) go();
  }

  whenMade(segment: number): Promise<void> {
    if (this.#facts === undefined || isMade(segment, this.#facts)) return Promise.resolve();
    return new Promise((go) => this.#waiting.push({ segment, go }));
  }
}
