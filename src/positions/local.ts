import type { Device, Hlc, Position, PositionOutcome } from '../protocol/positions.ts';
import { MAX_POSITIONS_PER_REQUEST } from '../protocol/positions.ts';
import { hlcOf, laterHlc, NO_HLC, nextHlc } from './hlc.ts';
import { isNewer } from './merge.ts';
import { stateAt } from './thresholds.ts';

/** synced: the origin has it. unsent: it has not. */
export interface StampedPosition {
  readonly position: Position;
  readonly sync: 'synced' | 'unsent';
}

/**
 * One broadcast in this device's store, which is the offline queue too: the newest only, never a log. unstamped: the
 * origin's clock was not known yet, so its stamp only says that it is later than what was here before; when it was is
 * in `deviceMs`, on this device's own clock. It may not be sent before `stampNow`.
 */
export type LocalPosition =
  | StampedPosition
  | { readonly position: Position; readonly sync: 'unstamped'; readonly deviceMs: number };

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

/** With a stamp of the origin's clock where it is known, and one that is merely later where it is not. */
function stamped(position: Omit<Position, 'hlc' | 'device'>, before: Hlc, writing: Writing): LocalPosition {
  const { device, clock, deviceNowMs } = writing;
  const last = laterHlc(writing.lastHlc, before);
  if (clock.kind === 'unknown')
    return { position: { ...position, hlc: nextHlc(0, last), device }, sync: 'unstamped', deviceMs: deviceNowMs };
  return { position: { ...position, hlc: nextHlc(deviceNowMs + clock.offsetMs, last), device }, sync: 'unsent' };
}

/** The record of a moment that was really watched. */
export function writeDown(watched: Watched, before: LocalPosition | undefined, writing: Writing): LocalPosition {
  const { broadcastId, mediaMs, durationMs, availabilityStartMs, isAtEdge } = watched;
  const nowMs = writing.deviceNowMs + (writing.clock.kind === 'known' ? writing.clock.offsetMs : 0);
  const known = before?.position;
  const state = stateAt(mediaMs, durationMs);
  const finishedBefore = known === undefined || known.state === 'cleared' ? null : known.finishedMs;
  const position: Omit<Position, 'hlc' | 'device'> = {
    broadcastId,
    state,
    mediaMs: Math.round(durationMs === null ? mediaMs : Math.min(mediaMs, durationMs)),
    durationMs,
    wallMs: availabilityStartMs === null ? null : Math.round(availabilityStartMs + mediaMs),
    isAtEdge,
    finishedMs: finishedBefore ?? (state === 'finished' ? Math.round(nowMs) : null),
  };
  return stamped(position, known?.hlc ?? NO_HLC, writing);
}

/** The tombstone of one broadcast. */
export function writeCleared(before: LocalPosition, writing: Writing): LocalPosition {
  const { position } = before;
  return stamped({ ...position, state: 'cleared', mediaMs: 0, finishedMs: null }, position.hlc, writing);
}

/** Puts the origin's time on what was written before it was known. */
export function stampNow(local: LocalPosition, offsetMs: number): StampedPosition {
  if (local.sync !== 'unstamped') return local;
  const { position, deviceMs } = local;
  return { position: { ...position, hlc: laterHlc(hlcOf(deviceMs + offsetMs), position.hlc) }, sync: 'unsent' };
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
export function takeOver(local: StampedPosition | undefined, held: Position): StampedPosition {
  return local !== undefined && isNewer(local.position, held) ? local : { position: held, sync: 'synced' };
}

/**
 * The record after the origin answered what was sent; undefined: forget it. What was watched while the request was
 * under way stays unsent.
 */
export function afterAnswer(
  local: StampedPosition | undefined,
  sent: Position,
  outcome: PositionOutcome,
): StampedPosition | undefined {
  // Logged out meanwhile: the device has forgotten, and stays so.
  if (local === undefined) return undefined;
  const isStillSent = local.position.hlc === sent.hlc && local.position.device.tab === sent.device.tab;
  if (outcome.outcome === 'refused') return isStillSent ? undefined : local;
  if (outcome.outcome === 'paused') return isStillSent ? { position: sent, sync: 'synced' } : local;
  if (outcome.position === null) return isStillSent ? undefined : local;
  if (isStillSent) return { position: outcome.position, sync: 'synced' };
  return takeOver(local, outcome.position);
}

/** At log-in what the guest watched joins the account; the newer of each pair stays, and is sent where it is the guest's. */
export function mergeGuest(
  guest: Iterable<StampedPosition>,
  account: Iterable<Position>,
): Map<string, StampedPosition> {
  const merged = new Map<string, StampedPosition>();
  for (const position of account) merged.set(position.broadcastId, { position, sync: 'synced' });
  for (const { position } of guest) {
    const held = merged.get(position.broadcastId)?.position;
    if (held === undefined || isNewer(position, held)) merged.set(position.broadcastId, { position, sync: 'unsent' });
  }
  return merged;
}
