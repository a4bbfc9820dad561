import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const DAY_MS = 86_400_000;

const idOf = (n: number): string => `p${n.toString(36).padStart(15, '0')}`;
const tokenOf = (n: number): string =>
  randomBytes(28)
    .toString('base64url')
    .padEnd(43, ALPHABET.charAt(n % 36))
    .slice(0, 43);

/**
 * Writes accounts with open sessions into the database of an origin that is not running, since thousands of passwords
 * would take minutes to hash. Returns the session cookies.
 */
export function seedSessions(dataDir: string, people: number): readonly string[] {
  const db = new Sqlite(join(dataDir, 'tabcast.db'));
  const nowMs = Date.now();
  const account = db.prepare(
    `insert into account (id, username, username_key, password_hash, role, is_history_paused, cleared_hlc, created_ms)
     values (?, ?, ?, '', 'viewer', 0, 0, ?)`,
  );
  const session = db.prepare(
    `insert into session (id, token_hash, account_id, device, created_ms, seen_ms, expires_ms) values (?, ?, ?, '', ?, ?, ?)`,
  );
  const tokens = Array.from({ length: people }, (_, n) => tokenOf(n));
  db.transaction(() => {
    for (const [n, token] of tokens.entries()) {
      const id = idOf(n);
      account.run(id, id, id, nowMs);
      session.run(id, createHash('sha256').update(token).digest(), id, nowMs, nowMs, nowMs + DAY_MS);
    }
  })();
  db.close();
  return tokens.map((token) => `tabcast-session=${token}`);
}
