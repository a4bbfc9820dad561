import { accountApi } from './account-api.ts';
import { askMeAgain } from './me.ts';
import { openPositions } from './positions-client.ts';

/** unsent: something that was watched is only here; the person decides. out: done, and this browser has forgotten. */
export type LoggedOut = 'unsent' | 'out';

/** Sends what is unsent, ends the session, forgets. `isSure`: lose what cannot be sent. Rejects with StageError. */
export async function logOut(where: 'here' | 'everywhere', isSure: boolean): Promise<LoggedOut> {
  const positions = await openPositions();
  const isSent = (await positions?.flush()) ?? true;
  if (!isSent && !isSure) return 'unsent';
  await accountApi.logOut(where);
  await positions?.forget();
  await askMeAgain();
  return 'out';
}

/** After a log-in: what was watched here before joins the account. */
export async function joinHistory(): Promise<void> {
  const who = await askMeAgain();
  await (await openPositions())?.adopt(who);
}
