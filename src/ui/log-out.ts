import { StageError } from '../protocol/errors.ts';
import { accountApi } from './account-api.ts';
import { isUnreachable } from './ask-origin.ts';
import { askMeAgain } from './me.ts';
import { openPositions } from './positions-client.ts';

/** unsent: something that was watched is only here; the person decides. out: done, and this browser has forgotten. */
export type LoggedOut = 'unsent' | 'out';

/** Sends what is unsent, ends the session, forgets. `isSure`: lose what cannot be sent. Rejects with StageError. */
export async function logOut(where: 'here' | 'everywhere', isSure: boolean): Promise<LoggedOut> {
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
  await askMeAgain();
  return 'out';
}

/** After a log-in: what was watched here before joins the account. */
export async function joinHistory(): Promise<void> {
  const who = await askMeAgain();
  await (await openPositions())?.adopt(who);
}
