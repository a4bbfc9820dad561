import type { WireError } from '../src/protocol/errors.ts';

/** Page to the worker that plays a file out as if it were live. */
export type ToPlayout =
  /** Once, first. Transfers the ports: pictures as a `VideoSource` `port`, sound as `PcmBlock`. */
  | { readonly kind: 'open'; readonly file: Blob; readonly frames: MessagePort; readonly blocks: MessagePort }
  | { readonly kind: 'play' }
  | { readonly kind: 'pause' }
  /** Stops, and is ready to begin with the first picture. */
  | { readonly kind: 'rewind' }
  | { readonly kind: 'loop'; readonly isOn: boolean };

export type FromPlayout =
  | { readonly kind: 'opened'; readonly facts: PlayoutFacts }
  /** The file cannot be played, or not any further. */
  | { readonly kind: 'failed'; readonly error: WireError }
  /** A few times a second while it plays. `peak` since the last one, 0 to 1. */
  | { readonly kind: 'progress'; readonly positionMs: number; readonly peak: number; readonly lateShare: number }
  | { readonly kind: 'ended' };

export interface PlayoutFacts {
  readonly durationMs: number;
  /** As it is shown. */
  readonly width: number;
  readonly height: number;
  /** undecodable: there is sound, and viewers will not hear it. */
  readonly sound: 'yes' | 'none' | 'undecodable';
}
