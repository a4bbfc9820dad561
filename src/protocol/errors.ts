/** Where on the way from camera to viewer something went wrong. */
export type Stage = 'capture' | 'encode' | 'package' | 'spool' | 'upload' | 'origin' | 'play';

/** The JSON body of every 4xx and 5xx answer. */
export interface WireError {
  readonly code: string;
  readonly message: string;
}

/**
 * The one error of the product: a machine-readable code, a sentence for the person (what happened, what to do),
 * and the cause for the log.
 */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly stage: Stage;
  readonly code: string;
  readonly isRetryable: boolean;

  constructor(stage: Stage, code: string, sentence: string, options: { cause?: unknown; isRetryable?: boolean } = {}) {
    super(sentence, { cause: options.cause });
    this.stage = stage;
    this.code = code;
    this.isRetryable = options.isRetryable ?? false;
  }

  toWire(): WireError {
    return { code: this.code, message: this.message };
  }
}
