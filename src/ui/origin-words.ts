import type { OriginStatus } from '../protocol/origin-status.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `3.2 GB`, `710 MB`: sizes as disks are sold, by thousands. */
export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${UNITS[unit]}`;
}

export interface OriginAdvice {
  readonly tone: 'slow' | 'bad';
  readonly sentence: string;
}

const LITTLE_ROOM_SHARE = 0.05;
const CLOCK_MOVED_MS = 1000;
const SLOW_LOOP_MS = 200;
/** A server that has just started is busy with itself. */
const STARTED_MS = 60_000;

/** What is wrong with this origin, the worst first, each with what to do. Empty when all is well. */
export function originAdvice(status: OriginStatus): readonly OriginAdvice[] {
  const { disk, clock, answers, eventLoopDelayMs } = status;
  const freeShare = disk.totalBytes === 0 ? 1 : disk.freeBytes / disk.totalBytes;
  const bad = (isSo: boolean, sentence: string): OriginAdvice[] => (isSo ? [{ tone: 'bad', sentence }] : []);
  const slow = (isSo: boolean, sentence: string): OriginAdvice[] => (isSo ? [{ tone: 'slow', sentence }] : []);
  return [
    ...bad(
      disk.health === 'failing',
      'The disk does not write. What is there is still served; new video waits in its creators’ tabs. Look at the server’s log and replace or remount the disk.',
    ),
    ...bad(
      disk.health === 'full',
      'The disk is full. Recordings are still served; new video waits in its creators’ tabs until there is room. Delete recordings, or set RETENTION_DAYS or MAX_STORAGE_BYTES.',
    ),
    ...bad(
      disk.isOverBudget && disk.health === 'ok',
      'More is stored than MAX_STORAGE_BYTES allows, and nothing may be deleted for it. Raise the limit or delete recordings.',
    ),
    ...slow(
      disk.health === 'ok' && freeShare < LITTLE_ROOM_SHARE,
      `Only ${bytesText(disk.freeBytes)} of the disk are free. Delete recordings, or set RETENTION_DAYS.`,
    ),
    ...slow(
      Math.abs(clock.movedMs) > CLOCK_MOVED_MS,
      `The clock of the server was moved by ${(clock.movedMs / 1000).toFixed(1)} s since the start. Live players measure by it: let a time service keep it.`,
    ),
    ...slow(
      answers.serverErrors > 0,
      `${answers.serverErrors} of the last ${answers.answers} answers were errors of the server. Its log names each by its request id.`,
    ),
    ...slow(
      eventLoopDelayMs.p99 > SLOW_LOOP_MS && clock.nowMs - status.startedMs > STARTED_MS,
      `The server is busy: one answer in a hundred starts ${Math.round(eventLoopDelayMs.p99)} ms late. Put a cache or a CDN in front, or move it to a faster machine.`,
    ),
  ];
}

/** What happens to old recordings, in a sentence. */
export function retentionText({ retentionDays, maxStorageBytes, deletedBroadcasts }: OriginStatus['disk']): string {
  const rules = [
    ...(retentionDays === null ? [] : [`after ${retentionDays} ${retentionDays === 1 ? 'day' : 'days'}`]),
    ...(maxStorageBytes === null ? [] : [`when all media are over ${bytesText(maxStorageBytes)}, the oldest first`]),
  ];
  if (rules.length === 0) return 'Recordings are kept until somebody deletes them.';
  return `Recordings are deleted ${rules.join(', and ')}. ${deletedBroadcasts} so far since the start.`;
}
