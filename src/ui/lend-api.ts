import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import type { HelpState, LendInvitation, NewLendInvitation } from '../protocol/lend.ts';
import { help } from '../protocol/urls.ts';
import { askOrigin } from './ask-origin.ts';

/** The creator's requests about helpers (SPEC LEND1 and LEND7). Rejects with StageError. */
export const lendApi = {
  invite: ({ id, token }: ReservedBroadcast, forMs: number): Promise<NewLendInvitation> =>
    askOrigin('POST', help.invitations(id), { body: { forMs }, token }),
  invitations: ({ id, token }: ReservedBroadcast): Promise<readonly LendInvitation[]> =>
    askOrigin('GET', help.invitations(id), { token }),
  revoke: ({ id, token }: ReservedBroadcast, invitation: string): Promise<void> =>
    askOrigin('DELETE', help.invitation(id, invitation), { token }),
  state: ({ id, token }: ReservedBroadcast): Promise<HelpState> => askOrigin('GET', help.state(id), { token }),
  sendAway: ({ id, token }: ReservedBroadcast, helper: string): Promise<void> =>
    askOrigin('DELETE', help.helper(id, helper), { token }),
};
