import * as v from 'valibot';
import { readShape } from '../lib/read-shape.ts';
import {
  type HelpVerdict,
  type LendDoneRequest,
  type LendInvitationRequest,
  type LendJoinRequest,
  type LendWorkRequest,
  type LooksRequest,
  type LookVerdict,
  MAX_HELPER_NAME_CHARS,
} from '../protocol/lend.ts';
import { TRACK_ID_PATTERN } from '../protocol/track.ts';
import { integer, plainText } from './requests.ts';

const HOUR_MS = 3600_000;
const MAX_HELD = 64;
const MAX_REASON_CHARS = 200;

const invitation = v.pipe(v.string(), v.regex(/^[\w-]{16,128}$/, 'an invitation is the end of the link'));
const number = (max: number) => v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(max));
const reason = plainText('reason', MAX_REASON_CHARS);

export const readLendInvitation = (value: unknown): LendInvitationRequest =>
  readShape(v.object({ forMs: integer(60_000, 30 * 24 * HOUR_MS) }), value);

export const readLendLook = (value: unknown): { invitation: string } => readShape(v.object({ invitation }), value);

export const readLendJoin = (value: unknown): LendJoinRequest =>
  readShape(
    v.object({
      invitation,
      name: plainText('name', MAX_HELPER_NAME_CHARS),
      configs: v.record(
        v.pipe(v.string(), v.regex(TRACK_ID_PATTERN)),
        v.pipe(v.string(), v.maxLength(2000), v.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64')),
      ),
    }),
    value,
  );

export const readLendWork = (value: unknown): LendWorkRequest =>
  readShape(
    v.object({
      held: v.pipe(v.array(v.object({ lease: integer(0, 1_000_000_000), progress: number(1) })), v.maxLength(MAX_HELD)),
      framesPerSecond: number(100_000),
      roundTripMs: number(HOUR_MS),
      serviceMs: v.nullable(number(24 * HOUR_MS)),
      isWilling: v.boolean(),
    }),
    value,
  );

export const readLendDone = (value: unknown): LendDoneRequest =>
  readShape(
    v.variant('kind', [v.object({ kind: v.literal('made') }), v.object({ kind: v.literal('failed'), reason })]),
    value,
  );

export const readHelpVerdict = (value: unknown): HelpVerdict =>
  readShape(
    v.variant('kind', [v.object({ kind: v.literal('good') }), v.object({ kind: v.picklist(['bad', 'lie']), reason })]),
    value,
  );

export const readLooks = (value: unknown): LooksRequest => readShape(v.object({ isAll: v.boolean() }), value);

export const readLookVerdict = (value: unknown): LookVerdict =>
  readShape(
    v.variant('kind', [
      v.object({ kind: v.literal('good') }),
      v.object({ kind: v.picklist(['lie', 'unable']), reason }),
    ]),
    value,
  );
