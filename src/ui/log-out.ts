import { keptSessions } from '../../workers/session-store.ts';
import { keptUploads } from '../../workers/upload-sessions.ts';
import { StageError } from '../protocol/errors.ts';
import { accountApi } from './account-api.ts';
import { isUnreachable } from './ask-origin.ts';
import { askMeAgain } from './me.ts';
import { openPositions } from './positions-client.ts';
import { forgetMemory } from './studio-memory.ts';

/**
 * What the person decides about first. unsent: something that was watched is only here, and is lost. unfinished: a
 * broadcast or an upload of this browser is, and stays, with its devices and titles, for whoever uses it next.
 */
export type Doubt = 'unsent' | 'unfinished';

/** out: done, and this browser has forgotten. */
export type LoggedOut = Doubt | 'out';

/** Sends what is unsent, ends the session, forgets. `accepted`: what was decided already. Rejects with StageError. */
export async function logOut(where: 'here' | 'everywhere', accepted: readonly Doubt[]): Promise<LoggedOut> {
  const isUnfinished = await hasUnfinished();
  if (isUnfinished && !accepted.includes('unfinished')) return 'unfinished';
  const isSure = accepted.includes('unsent');
  const positions = await openPositions();
  const isSent = (await positions?.flush()) ?? true;
  if (!isSent && !isSure) return 'unsent';
  if (isSure) await positions?.forget();
  try {
    await accountApi.logOut(where);
  } catch (cause) {
    if (!isSure || !isUnreachable(cause)) throw cause;
    const sentence =
      'This device has forgotten what you watched, but the server could not be told. Log out once more when it answers.';
    throw new StageError('origin', 'origin_unreachable', sentence, { cause, isRetryable: true });
  }
  await positions?.forget();
  if (!isUnfinished) forgetMemory();
  await askMeAgain();
  return 'out';
}

/** After the account is gone, and its broadcasts with it. */
export async function forgetAccount(): Promise<void> {
  await (await openPositions())?.forget();
  forgetMemory();
  await askMeAgain();
}

async function hasUnfinished(): Promise<boolean> {
  const [broadcasts, uploads] = await Promise.all([keptSessions(), keptUploads()]);
  return broadcasts.length + uploads.length > 0;
}

/** After a log-in: what was watched here before joins the account. */
export async function joinHistory(): Promise<void> {
  const who = await askMeAgain();
  await (await openPositions())?.adopt(who);
}
