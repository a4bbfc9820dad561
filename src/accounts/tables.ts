import type { Kysely } from 'kysely';

/** Times are milliseconds since 1970, ids 16 of `[a-z0-9]`, tokens only as their SHA-256. Booleans are 0 and 1. */
export interface AccountTable {
  readonly id: string;
  username: string;
  /** What makes two names the same: NFKC, lower case. */
  username_key: string;
  password_hash: string;
  role: string;
  is_history_paused: number;
  cleared_hlc: number;
  readonly created_ms: number;
}

export interface SessionTable {
  readonly id: string;
  token_hash: Buffer;
  readonly account_id: string;
  readonly device: string;
  readonly created_ms: number;
  seen_ms: number;
  expires_ms: number;
}

export interface KnownDeviceTable {
  readonly token_hash: Buffer;
  readonly account_id: string;
  readonly created_ms: number;
}

export interface RecoveryCodeTable {
  readonly code_hash: Buffer;
  readonly account_id: string;
}

export interface PasskeyTable {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly account_id: string;
  readonly public_key: Buffer;
  counter: number;
  readonly transports_json: string;
  readonly name: string;
  readonly created_ms: number;
  used_ms: number | null;
}

export interface PasskeyChallengeTable {
  readonly id: string;
  readonly challenge: string;
  /** Null for a log-in, where nobody has said who it is. */
  readonly account_id: string | null;
  readonly expires_ms: number;
}

export interface InvitationTable {
  readonly id: string;
  readonly token_hash: Buffer;
  readonly note: string;
  readonly uses: number;
  uses_left: number;
  readonly created_ms: number;
  readonly expires_ms: number;
}

export interface ResetLinkTable {
  readonly token_hash: Buffer;
  readonly account_id: string;
  readonly expires_ms: number;
}

export interface PositionTable {
  readonly account_id: string;
  readonly broadcast_id: string;
  state: string;
  media_ms: number;
  duration_ms: number | null;
  wall_ms: number | null;
  is_at_edge: number;
  finished_ms: number | null;
  hlc: number;
  device_id: string;
  device_name: string;
  device_tab: string;
}

export interface AccountTables {
  account: AccountTable;
  session: SessionTable;
  known_device: KnownDeviceTable;
  recovery_code: RecoveryCodeTable;
  passkey: PasskeyTable;
  passkey_challenge: PasskeyChallengeTable;
  invitation: InvitationTable;
  reset_link: ResetLinkTable;
  position: PositionTable;
}

export type AccountDatabase = Kysely<AccountTables>;
