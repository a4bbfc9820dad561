import { createHash, randomBytes, randomInt } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 16;
/** No letter that can be taken for another. */
const CODE_ALPHABET = 'abcdefghjkmnpqrstvwxyz0123456789';
const CODE_GROUPS = 4;
const CODE_GROUP_CHARS = 4;

const chars = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** 256 random bits, base64url: session tokens, links. */
export const mintSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');
export const isSecret = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** Enough for secrets of 80 bits and more; passwords go through `password.ts`. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const mintId = (): string => chars(ID_ALPHABET, ID_LENGTH);
export const isId = (text: string): boolean => /^[a-z0-9]{16}$/.test(text);

/** 80 random bits in four groups, to be written on paper. */
export const mintRecoveryCode = (): string =>
  Array.from({ length: CODE_GROUPS }, () => chars(CODE_ALPHABET, CODE_GROUP_CHARS)).join('-');

/** As somebody types it from paper: capitals, spaces, no dashes. */
export const readRecoveryCode = (typed: string): string =>
  (typed.toLowerCase().match(/[a-z0-9]/g) ?? [])
    .join('')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1')
    .replace(/(.{4})(?=.)/g, '$1-');
