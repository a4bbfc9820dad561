import { Problem } from '../lib/problem.ts';
import {
  MAX_PASSWORD_CHARS,
  MAX_USERNAME_CHARS,
  MIN_PASSWORD_CHARS,
  MIN_USERNAME_CHARS,
  USERNAME_PATTERN,
} from '../protocol/accounts.ts';

const charsOf = (text: string): number => Array.from(text).length;

/** What makes two names the same name, however they are typed. */
export const usernameKey = (username: string): string => username.normalize('NFKC').trim().toLowerCase();

/** The name as it is shown; throws 422 `bad_username`. */
export function readUsername(typed: string): string {
  const name = typed.normalize('NFKC').trim();
  const length = charsOf(name);
  if (length < MIN_USERNAME_CHARS || length > MAX_USERNAME_CHARS)
    throw new Problem(422, 'bad_username', `A name has ${MIN_USERNAME_CHARS} to ${MAX_USERNAME_CHARS} characters.`);
  if (!USERNAME_PATTERN.test(name))
    throw new Problem(
      422,
      'bad_username',
      'A name is made of letters and digits, with dots, dashes and underscores only between them.',
    );
  return name;
}

/** Length is the only rule, for words that a person can remember; throws 422 `weak_password`. */
export function readNewPassword(typed: string, username: string): string {
  const length = charsOf(typed);
  if (length < MIN_PASSWORD_CHARS)
    throw new Problem(
      422,
      'weak_password',
      `This password has ${length} characters. Take at least ${MIN_PASSWORD_CHARS}: a few words are easy to remember.`,
    );
  if (length > MAX_PASSWORD_CHARS)
    throw new Problem(422, 'long_password', `A password has at most ${MAX_PASSWORD_CHARS} characters.`);
  if (usernameKey(typed) === usernameKey(username))
    throw new Problem(422, 'weak_password', 'The password is the name. Take something that nobody sees.');
  return typed;
}
