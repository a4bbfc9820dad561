import { StageError } from '../protocol/errors.ts';

/** What the engine waits for on the way to live, in this order. */
export type StartStep =
  /** Of picture and sound, loaded and tried. */
  | 'encoders'
  /** Of the camera. */
  | 'picture'
  /** The first encoded picture of every rendition. */
  | 'frames';

interface Rule {
  /** Far beyond what a slow machine needs, the encoder in WASM that has to be fetched first included. */
  readonly limitMs: number;
  readonly code: string;
  readonly sentence: string;
}

const RULES: Readonly<Record<StartStep, Rule>> = {
  encoders: {
    limitMs: 60_000,
    code: 'encoders_silent',
    sentence: 'The encoders of this browser do not start. Close other programs, then reload the page.',
  },
  picture: {
    limitMs: 10_000,
    code: 'no_picture',
    sentence:
      'The camera is on, but no picture comes from it. Choose another camera, or plug it in again, then reload the page.',
  },
  frames: {
    limitMs: 30_000,
    code: 'encoder_silent',
    sentence: 'The video encoder takes pictures and gives none back. Close other programs, then reload the page.',
  },
};

export const startLimitMs = (step: StartStep): number => RULES[step].limitMs;

/** For the person whose start waited there for too long. */
export function stuckAt(step: StartStep): StageError {
  const { code, sentence, limitMs } = RULES[step];
  const cause = new Error(`the start waited ${limitMs} ms for: ${step}`);
  return new StageError(step === 'picture' ? 'capture' : 'encode', code, sentence, { cause });
}
