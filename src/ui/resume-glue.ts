import { chooseResume, type ResumeChoice } from '../positions/resume.ts';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { DEFAULT_GRID } from '../protocol/grid.ts';
import { openPositions } from './positions-client.ts';
import { extentMs, type StartWish, wishedMs } from './start-wish.ts';

/** Where to begin, and what to say about it. `startMs` undefined: a recording's start, a live's edge. */
export interface Beginning {
  readonly startMs: number | undefined;
  readonly choice: ResumeChoice;
}

const FROM_LINK: ResumeChoice = { kind: 'start' };

/** A link decides; without one, where this person was. Never rejects: what is not known is not resumed. */
export async function chooseBeginning(detail: BroadcastDetail, wish: StartWish): Promise<Beginning> {
  const nowMs = Date.now();
  const wished = wishedMs(wish, detail, nowMs);
  if (wished !== undefined) return { startMs: wished, choice: FROM_LINK };
  const choice = await resumeOf(detail, nowMs).catch((): ResumeChoice => ({ kind: 'start' }));
  if (choice.kind === 'go') return { startMs: choice.atMs, choice };
  if (choice.kind === 'ask') return { startMs: choice.ownAtMs, choice };
  return { startMs: undefined, choice };
}

async function resumeOf(detail: BroadcastDetail, nowMs: number): Promise<ResumeChoice> {
  const client = await openPositions();
  if (client === undefined) return { kind: 'start' };
  const places = await client.places(detail.id);
  const isRecording = detail.state === 'ended' || detail.state === 'sealed';
  return chooseResume({
    ...places,
    gopMs: (detail.grid?.gopSeconds ?? DEFAULT_GRID.gopSeconds) * 1000,
    broadcast: isRecording
      ? { kind: 'recording', durationMs: detail.durationMs }
      : { kind: 'live', earliestMs: 0, edgeMs: extentMs(detail, nowMs) },
  });
}
