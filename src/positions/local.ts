import type { Device, Hlc, Position, PositionOutcome } from '../protocol/positions.ts';
import { MAX_POSITIONS_PER_REQUEST } from '../protocol/positions.ts';
import { hlcMs, hlcOf, laterHlc, NO_HLC, nextHlc } from './hlc.ts';
import { isNewer, newest } from './merge.ts';
import { stateAt } from './thresholds.ts';

/**
 * One broadcast in this device's store, which is the offline queue too: the newest only, never a log. synced: the
 * origin has it. unsent: it has not. unstamped: the origin's clock was not known yet, so the stamp is of this device's
 * own clock and may not be sent before `stampNow`.
 */
export interface LocalPosition {
  readonly position: Position;
  readonly sync: 'synced' | 'unsent' | 'unstamped';
}

/** The origin's clock as this device knows it: origin = device + offset. */
export type OriginClock = { readonly kind: 'known'; readonly offsetMs: number } | { readonly kind: 'unknown' };

/** What the player showed. */
export interface Watched {
  readonly broadcastId: string;
  readonly mediaMs: number;
  /** Null while the broadcast is not over. */
  readonly durationMs: number | null;
  /** Wall clock of media time zero; null when not known. */
  readonly availabilityStartMs: number | null;
  readonly isAtEdge: boolean;
}

/** Where, when and by whom: `lastHlc` is the latest stamp this device has made or seen. */
export interface Writing {
  readonly device: Device;
  readonly deviceNowMs: number;
  readonly clock: OriginClock;
  readonly lastHlc: Hlc;
}

const originNowMs = ({ deviceNowMs, clock }: Pick<Writing, 'deviceNowMs' | 'clock'>): number =>
  deviceNowMs + (clock.kind === 'known' ? clock.offsetMs : 0);

/** The record of a moment that was really watched. */
export function writeDown(watched: Watched, before: LocalPosition | undefined, writing: Writing): LocalPosition {
  const { broadcastId, mediaMs, durationMs, availabilityStartMs, isAtEdge } = watched;
  const nowMs = originNowMs(writing);
  const known = before?.position;
  const state = stateAt(mediaMs, durationMs);
  const finishedBefore = known === undefined || known.state === 'cleared' ? null : known.finishedMs;
  const position: Position = {
    broadcastId,
    state,
    mediaMs: Math.round(durationMs === null ? mediaMs : Math.min(mediaMs, durationMs)),
    durationMs,
    wallMs: availabilityStartMs === null ? null : Math.round(availabilityStartMs + mediaMs),
    isAtEdge,
    finishedMs: finishedBefore ?? (state === 'finished' ? Math.round(nowMs) : null),
    hlc: nextHlc(nowMs, laterHlc(writing.lastHlc, known?.hlc ?? NO_HLC)),
    device: writing.device,
  };
  return { position, sync: writing.clock.kind === 'known' ? 'unsent' : 'unstamped' };
}

/** The tombstone of one broadcast. */
export function writeCleared(before: LocalPosition, writing: Writing): LocalPosition {
  const { position } = before;
  const hlc = nextHlc(originNowMs(writing), laterHlc(writing.lastHlc, position.hlc));
  const cleared: Position = {
    ...position,
    state: 'cleared',
    mediaMs: 0,
    finishedMs: null,
    hlc,
    device: writing.device,
  };
  return { position: cleared, sync: writing.clock.kind === 'known' ? 'unsent' : 'unstamped' };
}

/** Moves a stamp of the device's own clock onto the origin's, once the offset is known. */
export function stampNow(local: LocalPosition, offsetMs: number): LocalPosition {
  if (local.sync !== 'unstamped') return local;
  const { hlc } = local.position;
  const counter = hlc - hlcOf(hlcMs(hlc));
  return { position: { ...local.position, hlc: (hlcOf(hlcMs(hlc) + offsetMs) + counter) as Hlc }, sync: 'unsent' };
}

/** What of the store goes to the origin, oldest first, in requests of a size it takes. */
export function toSend(locals: Iterable<LocalPosition>): readonly (readonly Position[])[] {
  const unsent = [...locals]
    .filter(({ sync }) => sync === 'unsent')
    .map(({ position }) => position)
    .sort((a, b) => a.hlc - b.hlc);
  const requests: Position[][] = [];
  for (let at = 0; at < unsent.length; at += MAX_POSITIONS_PER_REQUEST)
    requests.push(unsent.slice(at, at + MAX_POSITIONS_PER_REQUEST));
  return requests;
}

/** A position that the origin holds, met by what this device has. */
export function takeOver(local: LocalPosition | undefined, held: Position): LocalPosition {
  if (local === undefined || local.sync === 'synced') return { position: held, sync: 'synced' };
  return isNewer(local.position, held) ? local : { position: held, sync: 'synced' };
}

/**
 * The record after the origin answered what was sent; undefined: forget it. What was watched while the request was
 * under way stays unsent.
 */
export function afterAnswer(
  local: LocalPosition | undefined,
  sent: Position,
  outcome: PositionOutcome,
): LocalPosition | undefined {
  const isStillSent = local?.position.hlc === sent.hlc && local.position.device.tab === sent.device.tab;
  if (outcome.outcome === 'refused') return isStillSent ? undefined : local;
  if (outcome.outcome === 'paused') return isStillSent ? { position: sent, sync: 'synced' } : local;
  if (outcome.position === null) return isStillSent ? undefined : local;
  if (isStillSent || local === undefined) return { position: outcome.position, sync: 'synced' };
  return takeOver(local, outcome.position);
}

/** At log-in what the guest watched joins the account; the newer of each pair stays, and is sent where it is the guest's. */
export function mergeGuest(guest: Iterable<LocalPosition>, account: Iterable<Position>): Map<string, LocalPosition> {
  const merged = new Map<string, LocalPosition>();
  for (const position of account) merged.set(position.broadcastId, { position, sync: 'synced' });
  for (const { position, sync } of guest) {
    const held = merged.get(position.broadcastId)?.position;
    const isGuests = held === undefined || newest(held, position) === position;
    if (isGuests) merged.set(position.broadcastId, { position, sync: sync === 'unstamped' ? sync : 'unsent' });
  }
  return merged;
}
