import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '../lib/problem.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashing shares the thread pool with the disk: two at once leave half of it to the media. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;

/** What a hash costs whoever makes one. */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** Argon2id as OWASP recommends it: 19 MiB, two passes, one lane. */
const HASH_COST: HashCost = { memoryKib: 19_456, passes: 2, lanes: 1 };

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{8,88})\$([\w+/]{16,88})$/;

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

function derive(password: string, salt: Buffer, { memoryKib, passes, lanes }: HashCost): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'));
  const parameters = { message, nonce: salt, memory: memoryKib, passes, parallelism: lanes, tagLength: HASH_BYTES };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const toPhc = ({ memoryKib, passes, lanes }: HashCost, salt: Buffer, hash: Buffer): string =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(hash)}`;

export type PasswordCheck = { readonly kind: 'right'; readonly isOutdated: boolean } | { readonly kind: 'wrong' };

/** Hashes and checks passwords, few at a time. More than 64 waiting: 503 `overloaded`. */
export class Passwords {
  readonly #cost: HashCost;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** What an unknown user's password is compared with, so that it takes as long as a known one's. */
  readonly #nobodys: string;

  constructor(cost = HASH_COST) {
    this.#cost = cost;
    this.#nobodys = toPhc(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  }

  /** In the format of the PHC, which names its own parameters. */
  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const salt = randomBytes(SALT_BYTES);
      return toPhc(this.#cost, salt, await derive(password, salt, this.#cost));
    });
  }

  /** `stored` undefined: there is no such account; wrong, in the same time. */
  check(password: string, stored: string | undefined): Promise<PasswordCheck> {
    return this.#inTurn(async () => {
      const [, m = '', t = '', p = '', saltText = '', hashText = ''] = PHC.exec(stored ?? this.#nobodys) ?? [];
      const parameters = { memoryKib: Number(m), passes: Number(t), lanes: Number(p) };
      const expected = Buffer.from(hashText, 'base64');
      const derived = await derive(password, Buffer.from(saltText, 'base64'), parameters);
      const isSame = timingSafeEqual(derived, expected);
      if (!isSame || stored === undefined) return { kind: 'wrong' };
      const { memoryKib, passes, lanes } = this.#cost;
      const isOutdated = m !== String(memoryKib) || t !== String(passes) || p !== String(lanes);
      return { kind: 'right', isOutdated };
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING)
      throw new Problem(503, 'overloaded', 'Too many people log in right now. Try again in a moment.', {
        'retry-after': '5',
      });
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The turn goes to the next one without being given back, so nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
