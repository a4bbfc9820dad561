import type {
  Account,
  AccountRow,
  Claim,
  Invitation,
  InvitationRequest,
  LinkInfo,
  LoggedIn,
  LogInRequest,
  LogOutRequest,
  NewInvitation,
  PasskeyInfo,
  PasskeyOptions,
  PasskeyRequest,
  PasswordRequest,
  RecoverRequest,
  RecoveryCodes,
  ResetLink,
  ResetRequest,
  Role,
  SessionInfo,
  SignUpAnswer,
  SignUpRequest,
} from '../protocol/accounts.ts';
import type { OriginStatus } from '../protocol/origin-status.ts';
import { admin, auth } from '../protocol/urls.ts';
import { askOrigin } from './ask-origin.ts';

/** SPEC ACCOUNT, PASSKEY and ADMIN as calls. Each rejects with StageError, whose sentence is for the person. */
export const accountApi = {
  signUp: (body: SignUpRequest) => askOrigin<SignUpAnswer>('POST', auth.signUp, { body }),
  logIn: (body: LogInRequest) => askOrigin<LoggedIn>('POST', auth.logIn, { body }),
  logOut: (where: LogOutRequest['where']) => askOrigin<unknown>('POST', auth.logOut, { body: { where } }),
  recover: (body: RecoverRequest) => askOrigin<LoggedIn>('POST', auth.recover, { body }),
  reset: (body: ResetRequest) => askOrigin<LoggedIn>('POST', auth.reset, { body }),
  changePassword: (body: PasswordRequest) => askOrigin<LoggedIn>('POST', auth.password, { body }),
  newRecoveryCodes: (currentPassword: string) =>
    askOrigin<RecoveryCodes>('POST', auth.recoveryCodes, { body: { currentPassword } }),
  deleteAccount: (currentPassword: string) =>
    askOrigin<unknown>('POST', auth.deleteAccount, { body: { currentPassword } }),
  sessions: () => askOrigin<readonly SessionInfo[]>('GET', auth.sessions),
  endSession: (id: string) => askOrigin<undefined>('DELETE', auth.session(id)),
  passkeys: () => askOrigin<readonly PasskeyInfo[]>('GET', auth.passkeys),
  passkeyOptions: () => askOrigin<PasskeyOptions>('POST', auth.passkeyOptions, { body: {} }),
  addPasskey: (body: PasskeyRequest) => askOrigin<readonly PasskeyInfo[]>('POST', auth.passkeys, { body }),
  removePasskey: (id: string) => askOrigin<undefined>('DELETE', auth.passkey(id)),
  passkeyLogInOptions: () => askOrigin<PasskeyOptions>('POST', auth.passkeyLogInOptions, { body: {} }),
  passkeyLogIn: (body: PasskeyRequest) => askOrigin<LoggedIn>('POST', auth.passkeyLogIn, { body }),
  look: (link: string) => askOrigin<LinkInfo>('POST', auth.links, { body: { link } }),
  claim: (body: Claim) => askOrigin<LoggedIn>('POST', auth.claim, { body }),
} as const;

export const adminApi = {
  status: () => askOrigin<OriginStatus>('GET', admin.status),
  invitations: () => askOrigin<readonly Invitation[]>('GET', admin.invitations),
  invite: (body: InvitationRequest) => askOrigin<NewInvitation>('POST', admin.invitations, { body }),
  revoke: (id: string) => askOrigin<undefined>('DELETE', admin.invitation(id)),
  accounts: () => askOrigin<readonly AccountRow[]>('GET', admin.accounts),
  setRole: (id: string, role: Role) =>
    askOrigin<Pick<Account, 'id' | 'role'>>('PATCH', admin.account(id), { body: { role } }),
  resetLink: (id: string) => askOrigin<ResetLink>('POST', admin.resetLink(id), { body: {} }),
  removeAccount: (id: string) => askOrigin<undefined>('DELETE', admin.account(id)),
} as const;
