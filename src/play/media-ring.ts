import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import type { KeptPart, PartWindow } from './kept-window.ts';

type Kind = 'audio' | 'video';

/** The parts around the playhead that the player took last, in memory: one of each kind and place, whatever rendition. */
export class MediaRing {
  readonly #parts = new Map<string, KeptPart & { readonly kind: Kind }>();

  add(kind: Kind, track: TrackId, part: PartIndex, bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.set(`${kind}${part}`, { kind, track, part, bytes });
  }

  /** Lets go of everything outside. */
  keepOnly({ from, to }: PartWindow): void {
    for (const [key, { part }] of this.#parts) if (part < from || part >= to) this.#parts.delete(key);
  }

  /** What there is of `[from, to)`, sound and picture, in order. */
  within({ from, to }: PartWindow): readonly KeptPart[] {
    const found: KeptPart[] = [];
    for (let part = from; part < to; part++)
      for (const kind of ['video', 'audio'] as const) {
        const held = this.#parts.get(`${kind}${part}`);
        if (held !== undefined) found.push({ track: held.track, part, bytes: held.bytes });
      }
    return found;
  }
}
