import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { Problem } from '../lib/problem.ts';
import type { PasskeyInfo, PasskeyOptions, PasskeyRequest, WebAuthnJson } from '../protocol/accounts.ts';
import { mintId } from './secrets.ts';
import type { AccountDatabase, PasskeyTable } from './tables.ts';

const CHALLENGE_FOR_MS = 5 * 60_000;
const MAX_PASSKEYS = 20;

/** Where the browser is: WebAuthn binds a key to the name of the host, and to this origin. */
export interface RelyingParty {
  /** `https://host` or `http://localhost:8080`. */
  readonly origin: string;
}

const hostNameOf = ({ origin }: RelyingParty): string => {
  const name = new URL(origin).hostname;
  if (/^[\d.]+$|^\[/.test(name))
    throw new Problem(422, 'no_passkeys', 'Passkeys need a host name, not an address of numbers. Use a password here.');
  return name;
};

const refused = (): Problem =>
  new Problem(401, 'bad_passkey', 'This passkey was not accepted. Try again, or log in with the password.');

/** What the library throws about a bad answer is the same answer to everybody. */
async function accepted<T extends { readonly verified: boolean }>(verify: () => Promise<T>): Promise<T> {
  const result = await verify().catch(() => undefined);
  if (result?.verified !== true) throw refused();
  return result;
}

/** WebAuthn through SimpleWebAuthn; challenges are good once, for five minutes, for one purpose. */
export class Passkeys {
  readonly #db: AccountDatabase;
  readonly #nowMs: () => number;

  constructor(db: AccountDatabase, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  async list(accountId: string): Promise<readonly PasskeyInfo[]> {
    const rows = await this.#rows(accountId);
    return rows.map(({ id, name, created_ms, used_ms }) => ({ id, name, createdMs: created_ms, usedMs: used_ms }));
  }

  /** True when this account had it. */
  async remove(accountId: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('passkey')
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async creationOptions(account: { id: string; username: string }, party: RelyingParty): Promise<PasskeyOptions> {
    const rows = await this.#rows(account.id);
    if (rows.length >= MAX_PASSKEYS)
      throw new Problem(409, 'too_many_passkeys', `An account has at most ${MAX_PASSKEYS} passkeys. Remove one first.`);
    const options = await generateRegistrationOptions({
      rpName: 'Tabcast',
      rpID: hostNameOf(party),
      userName: account.username,
      userDisplayName: account.username,
      userID: new TextEncoder().encode(account.id),
      excludeCredentials: rows.map(({ id, transports_json }) => ({
        id,
        transports: JSON.parse(transports_json) as string[],
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return this.#keepChallenge(options, account.id);
  }

  /** Throws 401 `bad_passkey`. */
  async create(accountId: string, request: PasskeyRequest & { name: string }, party: RelyingParty): Promise<void> {
    const expectedChallenge = await this.#useChallenge(request.challengeId, accountId);
    const { registrationInfo } = await accepted(() =>
      verifyRegistrationResponse({
        response: request.response as unknown as RegistrationResponseJSON,
        expectedChallenge,
        expectedOrigin: party.origin,
        expectedRPID: hostNameOf(party),
        requireUserVerification: true,
      }),
    );
    if (registrationInfo === undefined) throw refused();
    const { credential } = registrationInfo;
    const row: PasskeyTable = {
      id: credential.id,
      account_id: accountId,
      public_key: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports_json: JSON.stringify(credential.transports ?? []),
      name: request.name === '' ? 'Passkey' : request.name,
      created_ms: this.#nowMs(),
      used_ms: null,
    };
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('passkey')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) throw refused();
  }

  async logInOptions(party: RelyingParty): Promise<PasskeyOptions> {
    const options = await generateAuthenticationOptions({ rpID: hostNameOf(party), userVerification: 'required' });
    return this.#keepChallenge(options, undefined);
  }

  /** The account that the key belongs to; throws 401 `bad_passkey`, for a counter that went back too. */
  async logIn(request: PasskeyRequest, party: RelyingParty): Promise<string> {
    const expectedChallenge = await this.#useChallenge(request.challengeId, undefined);
    const response = request.response as unknown as AuthenticationResponseJSON;
    const id = typeof response.id === 'string' ? response.id : '';
    const row = await this.#db.selectFrom('passkey').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw refused();
    const { authenticationInfo } = await accepted(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge,
        expectedOrigin: party.origin,
        expectedRPID: hostNameOf(party),
        credential: {
          id: row.id,
          publicKey: new Uint8Array(row.public_key),
          counter: row.counter,
          transports: JSON.parse(row.transports_json) as string[],
        },
        requireUserVerification: true,
      }),
    );
    await this.#db
      .updateTable('passkey')
      .set({ counter: authenticationInfo.newCounter, used_ms: this.#nowMs() })
      .where('id', '=', row.id)
      .execute();
    return row.account_id;
  }

  async removeExpired(): Promise<void> {
    await this.#db.deleteFrom('passkey_challenge').where('expires_ms', '<=', this.#nowMs()).execute();
  }

  #rows(accountId: string): Promise<PasskeyTable[]> {
    return this.#db
      .selectFrom('passkey')
      .selectAll()
      .where('account_id', '=', accountId)
      .orderBy('created_ms')
      .execute();
  }

  async #keepChallenge(options: { challenge: string }, accountId: string | undefined): Promise<PasskeyOptions> {
    await this.removeExpired();
    const id = mintId();
    const expires_ms = this.#nowMs() + CHALLENGE_FOR_MS;
    const row = { id, challenge: options.challenge, account_id: accountId ?? null, expires_ms };
    await this.#db.insertInto('passkey_challenge').values(row).execute();
    return { challengeId: id, options: options as unknown as WebAuthnJson };
  }

  /** Once: it is gone whatever becomes of the answer. */
  async #useChallenge(id: string, accountId: string | undefined): Promise<string> {
    const row = await this.#db
      .deleteFrom('passkey_challenge')
      .where('id', '=', id)
      .where('expires_ms', '>', this.#nowMs())
      .where('account_id', accountId === undefined ? 'is' : '=', accountId ?? null)
      .returning('challenge')
      .executeTakeFirst();
    if (row === undefined) throw refused();
    return row.challenge;
  }
}
