/** What the level meter shows and says, from peaks between 0 and 1. */

const FLOOR_DB = -60;
const SILENT_DB = -50;
const QUIET_DB = -30;
const LOUD_DB = -1;

/** A peak on a scale that follows the ear: 0 at -60 dB and below, 1 at full scale. */
export function meterShare(level: number): number {
  if (level <= 0) return 0;
  const db = 20 * Math.log10(level);
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

export type Hearing = 'muted' | 'nothing' | 'quiet' | 'good' | 'too-loud';

/** From the highest peak of the last seconds, so that the pauses of speech do not read as silence. */
export function hearingOf(recentPeak: number, isMuted: boolean): Hearing {
  if (isMuted) return 'muted';
  const db = recentPeak <= 0 ? Number.NEGATIVE_INFINITY : 20 * Math.log10(recentPeak);
  if (db < SILENT_DB) return 'nothing';
  if (db < QUIET_DB) return 'quiet';
  return db > LOUD_DB ? 'too-loud' : 'good';
}

export const HEARING_SENTENCES: Readonly<Record<Hearing, string>> = {
  muted: 'Muted. Viewers hear nothing.',
  nothing: 'We hear nothing. Say something, or choose another microphone.',
  quiet: 'Very quiet. Come closer or turn the microphone up.',
  good: 'Your sound comes through well.',
  'too-loud': 'Too loud. Turn the microphone down a little.',
};
