import * as v from 'valibot';
import { Problem } from '../lib/problem.ts';
import { readShape } from '../lib/read-shape.ts';
import { isHlc } from '../positions/hlc.ts';
import {
  type AccountChange,
  type Claim,
  type ConfirmRequest,
  type InvitationRequest,
  type LinkRequest,
  type LogInRequest,
  type LogOutRequest,
  type PasskeyRequest,
  type PasswordRequest,
  type RecoverRequest,
  type ResetRequest,
  ROLES,
  type SignUpRequest,
} from '../protocol/accounts.ts';
import {
  type HistorySettings,
  MAX_DEVICE_NAME_CHARS,
  MAX_POSITIONS_PER_REQUEST,
  POSITION_STATES,
  type Position,
} from '../protocol/positions.ts';

/** Longer than anything that can be meant; the real limits are in `names.ts`, with better sentences. */
const text = v.pipe(v.string(), v.maxLength(2000, 'the text is too long'));
const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const id = v.pipe(v.string(), v.regex(/^[a-z0-9]{16}$/, 'an id has 16 small letters and digits'));
/** One line for people: no control characters. */
const words = (maxChars: number) =>
  v.pipe(
    v.string(),
    v.transform((typed) => typed.normalize('NFC').trim()),
    v.check((typed) => Array.from(typed).length <= maxChars, `at most ${maxChars} characters`),
    v.check((typed) => !/\p{Cc}|\p{Cs}|\u2028|\u2029/u.test(typed), 'plain text on one line'),
  );

const claim = v.union(
  [v.object({ link: text }), v.object({ isFirstAdmin: v.literal(true) })],
  'a link, or isFirstAdmin',
);
const HOUR_MS = 3600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;

const shapes = {
  signUp: v.object({ username: text, password: text, claim: v.optional(claim) }),
  logIn: v.object({ username: text, password: text }),
  logOut: v.object({ where: v.picklist(['here', 'everywhere']) }),
  recover: v.object({ username: text, code: text, newPassword: text }),
  reset: v.object({ link: text, newPassword: text }),
  password: v.object({ currentPassword: text, newPassword: text }),
  confirm: v.object({ currentPassword: text }),
  link: v.object({ link: text }),
  passkey: v.object({ challengeId: id, response: v.record(v.string(), v.unknown()), name: v.optional(words(40), '') }),
  invitation: v.object({ uses: integer(1, 1000), forMs: integer(HOUR_MS, YEAR_MS), note: v.optional(words(80), '') }),
  accountChange: v.object({ role: v.picklist(ROLES) }),
  history: v.object({ isPaused: v.boolean() }),
  positions: v.object({ positions: v.array(v.unknown()) }),
} as const;

/** Each throws 422 `bad_request` with the place and the rule. */
export const readSignUp = (value: unknown): SignUpRequest => {
  const { username, password, claim: asked } = readShape(shapes.signUp, value);
  return { username, password, ...(asked === undefined ? {} : { claim: asked }) };
};
export const readClaim = (value: unknown): Claim => readShape(claim, value);
export const readLogIn = (value: unknown): LogInRequest => readShape(shapes.logIn, value);
export const readLogOut = (value: unknown): LogOutRequest => readShape(shapes.logOut, value);
export const readRecover = (value: unknown): RecoverRequest => readShape(shapes.recover, value);
export const readReset = (value: unknown): ResetRequest => readShape(shapes.reset, value);
export const readPassword = (value: unknown): PasswordRequest => readShape(shapes.password, value);
export const readConfirm = (value: unknown): ConfirmRequest => readShape(shapes.confirm, value);
export const readLink = (value: unknown): LinkRequest => readShape(shapes.link, value);
export const readPasskey = (value: unknown): PasskeyRequest & { name: string } => readShape(shapes.passkey, value);
export const readInvitation = (value: unknown): Required<InvitationRequest> => readShape(shapes.invitation, value);
export const readAccountChange = (value: unknown): AccountChange => readShape(shapes.accountChange, value);
export const readHistorySettings = (value: unknown): HistorySettings => readShape(shapes.history, value);

const MAX_MEDIA_MS = 10 * YEAR_MS;
const MAX_WALL_MS = 8_640_000_000_000;
const position = v.object({
  broadcastId: id,
  state: v.picklist(POSITION_STATES),
  mediaMs: v.pipe(integer(0, MAX_MEDIA_MS)),
  durationMs: v.nullable(integer(0, MAX_MEDIA_MS)),
  wallMs: v.nullable(integer(0, MAX_WALL_MS)),
  isAtEdge: v.boolean(),
  finishedMs: v.nullable(integer(0, MAX_WALL_MS)),
  hlc: v.pipe(v.number(), v.check(isHlc, 'a stamp is a whole number from 0')),
  device: v.object({ id, name: words(MAX_DEVICE_NAME_CHARS), tab: id }),
});

/** Throws 422 `bad_position`. */
export function readPosition(value: unknown): Position {
  try {
    return readShape(position, value) as Position;
  } catch (error) {
    if (error instanceof Problem) throw new Problem(422, 'bad_position', error.message);
    throw error;
  }
}

/** Throws 413 `too_many`; the positions themselves are still to be read, each for itself. */
export function readPositions(value: unknown): readonly unknown[] {
  const { positions } = readShape(shapes.positions, value);
  if (positions.length > MAX_POSITIONS_PER_REQUEST)
    throw new Problem(
      413,
      'too_many',
      `${positions.length} positions; send at most ${MAX_POSITIONS_PER_REQUEST} in one request.`,
    );
  return positions;
}
