import * as v from 'valibot';
import { VISIBILITIES } from '../protocol/accounts.ts';
import { BROADCAST_STATES, type BroadcastState, type BroadcastSummary } from '../protocol/broadcast.ts';
import { isBroadcastId } from '../protocol/urls.ts';

/** `GET /api/broadcasts` (SPEC API1) as the home page takes it: what has another shape is refused whole. */
const summaries = v.array(
  v.object({
    id: v.pipe(v.string(), v.check(isBroadcastId)),
    title: v.string(),
    state: v.picklist(BROADCAST_STATES),
    startedAt: v.nullable(v.number()),
    durationMs: v.number(),
    posterUrl: v.nullable(v.pipe(v.string(), v.regex(/^\/live\//))),
    visibility: v.optional(v.picklist(VISIBILITIES), 'public'),
    isOwn: v.optional(v.boolean(), false),
    viewers: v.optional(v.number(), 0),
    upload: v.optional(v.nullable(v.object({ madeMs: v.number(), isFinished: v.boolean() })), null),
  }),
);

/** Throws valibot's error on anything else than the list of SPEC API1. */
export const parseBroadcastList = (body: unknown): readonly BroadcastSummary[] => v.parse(summaries, body);

const ON_AIR: readonly BroadcastState[] = ['live', 'interrupted'];

export const isOnAir = (broadcast: BroadcastSummary): boolean => ON_AIR.includes(broadcast.state);

/** What the home page shows: on air and recordings, each newest first as the origin sent them. */
export function shelvesOf(list: readonly BroadcastSummary[]): {
  readonly onAir: readonly BroadcastSummary[];
  readonly recordings: readonly BroadcastSummary[];
} {
  return {
    onAir: list.filter(isOnAir),
    recordings: list.filter((broadcast) => !isOnAir(broadcast) && broadcast.state !== 'reserved'),
  };
}

export const titleText = (title: string): string => (title.trim() === '' ? 'Untitled stream' : title);
