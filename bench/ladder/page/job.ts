import type { LadderRung } from '../rungs.ts';

export type EncoderId = 'webcodecs' | 'wasm';

/** What a contestant in the browser is asked to do: the first `frames` pictures of `clip`, to all rungs. */
export interface Job {
  readonly clip: Blob;
  readonly frames: number;
  readonly rungs: readonly LadderRung[];
  /** Our engine only: pictures are brought to the top rung's size once, or every encoder scales by itself. */
  readonly scaling: 'once' | 'encoders';
  /** Our engine only: its picture encoder. */
  readonly encoder: EncoderId;
}

/** Finished MP4 files, one for each rung, or one that holds all of them as tracks. */
export interface JobResult {
  readonly frames: number;
  readonly files: readonly Uint8Array<ArrayBuffer>[];
}

export type JobAnswer =
  | { readonly ok: true; readonly result: JobResult }
  | { readonly ok: false; readonly why: string };
