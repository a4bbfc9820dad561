/** viewer: has an account. creator: may broadcast where an invitation is needed. admin: looks after this origin. */
export const ROLES = ['viewer', 'creator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who may broadcast, one setting of the origin: creators and administrators, every account, or everybody. */
export const BROADCAST_BY = ['invited', 'accounts', 'anyone'] as const;
export type BroadcastBy = (typeof BROADCAST_BY)[number];

/** public: in the lists. unlisted: for whoever has the link. private: for its owner, logged in. */
export const VISIBILITIES = ['public', 'unlisted', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** Code points. Length is the only rule. */
export const MIN_PASSWORD_CHARS = 12;
export const MAX_PASSWORD_CHARS = 256;
export const MIN_USERNAME_CHARS = 2;
export const MAX_USERNAME_CHARS = 32;
/** Letters and digits of any script; `.`, `_` and `-` between them. Case does not tell two names apart. */
export const USERNAME_PATTERN = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u;

/** The person's own view of the account. */
export interface Account {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly createdMs: number;
  readonly recoveryCodesLeft: number;
  readonly passkeys: number;
}

/**
 * Why this person may not broadcast now, and so what the studio offers. first-admin: nobody looks after this origin
 * yet, and this very visit may (one form). setup-link: nobody does yet, and the link that the origin printed decides.
 */
export type BroadcastRight =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly because: 'first-admin' | 'setup-link' | 'log-in' | 'invitation' };

/** `GET /api/auth/me`, for everybody. */
export interface Me {
  readonly account: Account | null;
  readonly broadcast: BroadcastRight;
  readonly broadcastBy: BroadcastBy;
  readonly serverTimeMs: number;
}

/**
 * What an account is given: by the token of an invitation or of the link that the origin printed at its first start,
 * or because this is the machine itself and nobody looks after the origin yet (`because: 'first-admin'`).
 */
export type Claim = { readonly link: string } | { readonly isFirstAdmin: true };

/** `POST /api/auth/sign-up`. */
export interface SignUpRequest {
  readonly username: string;
  readonly password: string;
  readonly claim?: Claim;
}

/** Logged in afterwards. The codes are shown once; each replaces a lost password once. */
export interface SignUpAnswer {
  readonly account: Account;
  readonly recoveryCodes: readonly string[];
}

/** `POST /api/auth/log-in`. */
export interface LogInRequest {
  readonly username: string;
  readonly password: string;
}

/** `POST /api/auth/recover`: a recovery code and a new password; every other session ends. */
export interface RecoverRequest {
  readonly username: string;
  readonly code: string;
  readonly newPassword: string;
}

/** `POST /api/auth/reset`: the token of an administrator's reset link. */
export interface ResetRequest {
  readonly link: string;
  readonly newPassword: string;
}

/** Answer of log-in, recover, reset, and of a log-in by passkey. */
export interface LoggedIn {
  readonly account: Account;
}

/** `POST /api/auth/log-out`. */
export interface LogOutRequest {
  readonly where: 'here' | 'everywhere';
}

/** `POST /api/auth/password`: every other session ends, this one goes on under a new token. */
export interface PasswordRequest {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Body of what only the person may do: `POST /api/auth/recovery-codes` and `POST /api/auth/delete-account`. */
export interface ConfirmRequest {
  readonly currentPassword: string;
}

/** `POST /api/auth/recovery-codes`: new ones, the old ones end. */
export interface RecoveryCodes {
  readonly recoveryCodes: readonly string[];
}

/** `GET /api/auth/sessions`. */
export interface SessionInfo {
  readonly id: string;
  /** In words for people: "Chromium on Linux". */
  readonly device: string;
  readonly createdMs: number;
  readonly seenMs: number;
  readonly isThisOne: boolean;
}

/** `GET /api/auth/passkeys`. */
export interface PasskeyInfo {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly usedMs: number | null;
}

/** What WebAuthn calls `…OptionsJSON` and `…ResponseJSON`; handed to the browser and back as it is. */
export type WebAuthnJson = Readonly<Record<string, unknown>>;

/** `POST /api/auth/passkeys/options` and `POST /api/auth/passkey-log-in/options`; good once, for five minutes. */
export interface PasskeyOptions {
  readonly challengeId: string;
  readonly options: WebAuthnJson;
}

/** `POST /api/auth/passkeys` (with a name) and `POST /api/auth/passkey-log-in`. */
export interface PasskeyRequest {
  readonly challengeId: string;
  readonly response: WebAuthnJson;
  readonly name?: string;
}

/** A one-time link, read from its token: `POST /api/auth/links`. The token stays in the fragment of the address. */
export type LinkInfo =
  | { readonly kind: 'invitation'; readonly expiresMs: number }
  | { readonly kind: 'reset'; readonly username: string; readonly expiresMs: number }
  | { readonly kind: 'first-admin' };

/** `POST /api/auth/links`. `POST /api/auth/claim` takes a `Claim`, for an account that exists. */
export interface LinkRequest {
  readonly link: string;
}

/** `GET /api/admin/invitations`. */
export interface Invitation {
  readonly id: string;
  readonly note: string;
  readonly uses: number;
  readonly usesLeft: number;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** `POST /api/admin/invitations`: uses 1 to 1000, for an hour to a year. */
export interface InvitationRequest {
  readonly uses: number;
  readonly forMs: number;
  readonly note?: string;
}

/** The answer holds the link once; the origin keeps only the hash of its token. */
export interface NewInvitation {
  readonly invitation: Invitation;
  readonly url: string;
}

/** `GET /api/admin/accounts`. */
export interface AccountRow {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly createdMs: number;
  readonly seenMs: number | null;
  readonly broadcasts: number;
}

/** `PATCH /api/admin/accounts/<id>`; the last administrator stays one. */
export interface AccountChange {
  readonly role: Role;
}

/** `POST /api/admin/accounts/<id>/reset-link`. */
export interface ResetLink {
  readonly url: string;
  readonly expiresMs: number;
}
