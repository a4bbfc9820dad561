import { StageError } from '../protocol/errors.ts';

const TIMEOUT_MS = 15_000;

/** What goes along with a question to the origin's API. */
export interface Asking {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** The request may outlive the page. */
  readonly keepalive?: boolean;
  /** Of a broadcast, in place of a session. */
  readonly token?: string;
}

/**
 * One question to the API of this origin. Resolves with the answer's JSON (undefined when it has none). Rejects with
 * StageError: `origin_unreachable` when nothing came, else the code and the sentence of the answer (SPEC ANSWER1).
 */
export async function askOrigin<T>(method: string, path: string, asking: Asking = {}): Promise<T> {
  const { body, signal, keepalive = false, token } = asking;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, {
      method,
      cache: 'no-store',
      keepalive,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    text = await answer.text();
  } catch (cause) {
    const sentence = 'The server cannot be reached. Check your connection, then try again.';
    throw new StageError('origin', 'origin_unreachable', sentence, { cause, isRetryable: true });
  }
  if (!answer.ok) throw refusal(answer.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function refusal(status: number, text: string): StageError {
  const isRetryable = status >= 500 || status === 429;
  try {
    const { code, message } = JSON.parse(text) as { readonly code?: unknown; readonly message?: unknown };
    if (typeof code === 'string' && typeof message === 'string')
      return new StageError('origin', code, message, { isRetryable });
  } catch {
    // Something between here and the origin answered in its own words.
  }
  const sentence = `The server did not take that (${status}). Try again in a moment.`;
  return new StageError('origin', `http_${status}`, sentence, { isRetryable });
}

/** The sentence for the person, whatever was thrown. */
export const sentenceOf = (cause: unknown): string =>
  cause instanceof StageError ? cause.message : 'That did not work. Reload the page and try once more.';

/** Nobody answered, as opposed to an answer that said no. */
export const isUnreachable = (cause: unknown): boolean =>
  cause instanceof StageError && cause.code === 'origin_unreachable';
