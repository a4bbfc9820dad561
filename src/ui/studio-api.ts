import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import { StageError } from '../protocol/errors.ts';
import { api } from '../protocol/urls.ts';

const TIMEOUT_MS = 10_000;

/** Reserves a broadcast, so that its link exists before anything is sent. Rejects with StageError. */
export async function reserveBroadcast(title: string): Promise<ReservedBroadcast> {
  const answer = await ask(api.broadcasts, 'POST', { title }, {});
  return (await answer.json()) as ReservedBroadcast;
}

export async function renameBroadcast(broadcast: ReservedBroadcast, title: string): Promise<void> {
  await ask(api.broadcast(broadcast.id), 'PATCH', { title }, { Authorization: `Bearer ${broadcast.token}` });
}

async function ask(path: string, method: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    const sentence = 'The server cannot be reached. Check your connection, then try again.';
    throw new StageError('origin', 'origin_unreachable', sentence, { cause, isRetryable: true });
  }
  if (answer.ok) return answer;
  const sentence = `The server did not take that (${answer.status}). Try again in a moment.`;
  throw new StageError('origin', `http_${answer.status}`, sentence, { isRetryable: answer.status >= 500 });
}
