import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

const TOKEN_BYTES = 32;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 16;

/** 256 random bits; the only copy in clear is the answer to the tab. */
export const mintToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const mintBroadcastId = (): string =>
  Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('');

/** The token of `Authorization: Bearer <token>`; throws 401 `no_token` (SPEC ANSWER2). */
export function bearerToken(authorization: string | undefined): string {
  const match = /^Bearer ([\w-]{16,128})$/i.exec(authorization ?? '');
  if (match?.[1] === undefined)
    throw new Problem(401, 'no_token', 'Send the token of this broadcast as Authorization: Bearer <token>.', {
      'www-authenticate': 'Bearer',
    });
  return match[1];
}

/** Takes as long for a wrong token as for the right one. */
export const isToken = (token: string, hash: Buffer): boolean => timingSafeEqual(hashToken(token), hash);
