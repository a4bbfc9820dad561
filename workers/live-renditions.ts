import { BrokenRenditions } from '../src/encode/broken-encoder.ts';
import type { LadderPressure } from '../src/encode/live-ladder.ts';
import { partDurationMicros } from '../src/protocol/grid.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { Rendition } from './encode-core.ts';
import { type LadderChange, LiveLadderControl } from './live-ladder-control.ts';

export interface LiveRenditionsOptions {
  /** Those that this tab makes. */
  readonly renditions: readonly Rendition[];
  readonly resting: readonly TrackId[];
  readonly partsPerSegment: number;
  readonly calmMs: number;
  /** On the grid, as every time here. */
  mediaMs(): number;
  /** Makes one that broke anew. Rejects when nothing does. */
  revive(track: TrackId): Promise<void>;
  onChange(change: LadderChange): void;
}

/** After a boundary: the slot on it has been handed out. */
const SETTLED_MS = 500;

/** Which renditions are made: what is too much for machine or line rests, what broke is left out and tried again. */
export class LiveRenditions {
  readonly #options: LiveRenditionsOptions;
  readonly #ladder: LiveLadderControl;
  readonly #broken: BrokenRenditions;

  constructor(options: LiveRenditionsOptions) {
    this.#options = options;
    const { renditions, partsPerSegment, calmMs, resting } = options;
    const tracks = renditions.map(({ track, bitrateBps }) => ({ id: track, bitrateBps }));
    this.#ladder = new LiveLadderControl(tracks, partsPerSegment, { calmMs }, resting);
    this.#broken = new BrokenRenditions(calmMs);
  }

  /** Once a second. */
  balance(pressure: LadderPressure, nowMs: number): void {
    const change = this.#ladder.look(pressure, nowMs);
    if (change !== undefined) this.#options.onChange(change);
    else if (pressure.line === 'free' && !this.#ladder.isResting) this.#reviveDue(nowMs);
  }

  /** No encoder is left for it: viewers go on with the others. False when there are none. */
  drop(track: TrackId, nowMs: number): boolean {
    const change = this.#ladder.drop(track, nowMs);
    if (change === undefined) return false;
    const boundaryMs = (change.fromPart * partDurationMicros(this.#options.partsPerSegment)) / 1000;
    this.#broken.broke(track, nowMs, boundaryMs + SETTLED_MS);
    this.#options.onChange(change);
    return true;
  }

  /** The tracks of the next boundary at or behind segment `notBefore`, which is to begin a Period for another reason. */
  restate(nowMs: number, notBefore: number): LadderChange {
    return this.#ladder.restate(nowMs, notBefore);
  }

  #reviveDue(nowMs: number): void {
    for (const track of this.#broken.takeDue(nowMs))
      this.#revive(track).catch(() => this.#broken.broke(track, this.#options.mediaMs(), nowMs));
  }

  async #revive(track: TrackId): Promise<void> {
    await this.#options.revive(track);
    const nowMs = this.#options.mediaMs();
    this.#broken.back(track, nowMs);
    this.#options.onChange(this.#ladder.restore(track, nowMs));
  }
}
