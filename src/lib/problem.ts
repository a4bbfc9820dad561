import { StageError } from '../protocol/errors.ts';

/** An answer other than success: thrown anywhere below a route, written once by the app (SPEC ANSWER1). */
export class Problem extends StageError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, sentence: string, headers: Readonly<Record<string, string>> = {}) {
    super('origin', code, sentence, { isRetryable: status >= 500 || status === 408 || status === 429 });
    this.status = status;
    this.headers = headers;
  }
}
