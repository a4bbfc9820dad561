import type { MediaRange } from '../protocol/broadcast.ts';
import { missedBy, missingWithin, type Outage } from './outage.ts';
import type { MissedMedia } from './player-state.ts';

export interface MissedFacts {
  readonly positionMs: number;
  readonly isAtLiveEdge: boolean;
  readonly isPlaying: boolean;
  readonly outage: Outage['kind'];
}

/** What a viewer at the live edge did not see because the creator was away. */
export class Missed {
  /** Where they stood when the creator was lost. */
  #stoodAtMs: number | undefined;
  #range: MediaRange | undefined;

  /** Every tick: who stood still in an outage and is at the new edge now has missed what lies between. */
  look({ positionMs, isAtLiveEdge, isPlaying, outage }: MissedFacts): void {
    if (!isAtLiveEdge) this.#stoodAtMs = undefined;
    else if (!isPlaying) {
      if (outage === 'away') this.#stoodAtMs ??= positionMs;
    } else if (this.#stoodAtMs !== undefined && positionMs > this.#stoodAtMs + 1) {
      this.#range = missedBy(this.#stoodAtMs, positionMs) ?? this.#range;
      this.#stoodAtMs = undefined;
    }
  }

  /** With how much of it is not with the origin yet; undefined: nothing was missed. */
  media(missing: readonly MediaRange[]): MissedMedia | undefined {
    if (this.#range === undefined) return undefined;
    const { fromMs, toMs } = this.#range;
    return { fromMs, toMs, missingMs: missingWithin(missing, fromMs, toMs) };
  }

  forget(): void {
    this.#range = undefined;
  }
}
