import { ENCODER_NAMES } from '../src/encode/encoder-choice.ts';
import { DEFAULT_LADDER_RULES } from '../src/encode/live-ladder.ts';
import { partDurationMicros } from '../src/protocol/grid.ts';
import { isHelped as isHelpedTrack, ownTracks } from '../src/protocol/track.ts';
import { goingOf } from '../src/upload/lost-cuts.ts';
import { nextParts, planReturn, unsentParts } from '../src/upload/return-plan.ts';
import { untoldChanges, withChanges } from '../src/upload/track-changes.ts';
import type { KeptSession } from '../src/upload/unfinished.ts';
import { insist } from './insist.ts';
import type { LivePlan } from './messages.ts';
import { openUpload, type RunningUpload, type UploadContext } from './running-upload.ts';

/**
 * Claims a broadcast that an earlier tab left and sends what it kept. resume: says where every track goes on, after a
 * hole was declared if the time away was long. finish: ends it with what is there.
 */
export async function takeOver(
  context: UploadContext,
  session: KeptSession,
  wish: 'resume' | 'finish',
): Promise<RunningUpload> {
  const { client, post, fail } = context;
  const { grid, tracks, availabilityStartMs } = session.request;
  client.use(session.broadcast.id, session.broadcast.token);
  const state = await insist(() => client.claim());
  const running = await openUpload(context, session);
  const { uploader, spool } = running;
  await spool.forget(state.durable);
  const kept = spool.kept();
  const ids = ownTracks(tracks).map((track) => track.id);
  const untold = untoldChanges(session.changes, state.cuts);
  const cuts = withChanges(state.cuts, untold);
  const history = goingOf(ids, cuts, spool.givenUp(), grid.partsPerSegment);
  const going = history.at(-1)?.tracks ?? ids;
  // What rests ended long ago; where it goes on, the ladder decides.
  const next = nextParts(going, { ...state, cuts }, kept);
  uploader.timeline.recall(history, untold);
  await uploader.sendKept(unsentParts(state, kept));
  uploader.begin().catch(fail);
  if (wish === 'finish') {
    const partMs = partDurationMicros(grid.partsPerSegment) / 1000;
    post({ kind: 'finishing', durationMs: Math.max(...Object.values(next)) * partMs });
    uploader.end({ ...nextParts(ids, { ...state, cuts: [] }, kept), ...next });
    return running;
  }
  const plan = planReturn(next, grid, availabilityStartMs, state.serverTimeMs);
  if (plan.kind === 'hole') await uploader.timeline.declare(plan.cut);
  const resting = ids.filter((track) => !going.includes(track));
  const { firstParts } = plan;
  post({ kind: 'resumable', plan: livePlanOf(session), resume: { availabilityStartMs, firstParts, resting } });
  return running;
}

/** The settings of the encoders, as the origin was told them. */
function livePlanOf({ request: { grid, tracks } }: KeptSession): LivePlan {
  const rungs = tracks.flatMap((track) =>
    track.kind === 'video' ? [{ width: track.width, height: track.height, bitrateBps: track.bitrateBps }] : [],
  );
  const audioBps = tracks.find((track) => track.kind === 'audio')?.bitrateBps ?? 0;
  const isHelped = tracks.some(isHelpedTrack);
  return { grid, rungs, isHelped, audioBps, encoders: ENCODER_NAMES, calmMs: DEFAULT_LADDER_RULES.calmMs };
}
