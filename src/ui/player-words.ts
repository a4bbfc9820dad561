/** How the watch page says times. Milliseconds in, words out; nothing here reads a clock. */

export function clockLength(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}

/** For a screen reader: "1 hour 2 minutes 3 seconds". */
export function spokenLength(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(total / 3600), 'hour'],
    [Math.floor((total % 3600) / 60), 'minute'],
    [total % 60, 'second'],
  ] as const;
  const said = parts
    .filter(([count, unit]) => count > 0 || (unit === 'second' && total < 60))
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return said.join(' ');
}

export const wallClock = (atMs: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(atMs);

export const wallDate = (atMs: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(atMs);

/** "0.4 s", "12 s", "3:20": as exact as it matters. */
export function behind(ms: number): string {
  if (ms < 0) return '0.0 s';
  if (ms < 2000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 100_000 ? `${Math.round(ms / 1000)} s` : clockLength(ms);
}

/** What plays on without another request, said while it is paused. */
export const readyAhead = (bufferMs: number): string => `Next ${Math.floor(bufferMs / 1000)} s ready`;

/** What a slider's position says out loud. */
export function seekValueText(positionMs: number, endMs: number, startedAtMs: number | undefined): string {
  const place = `${spokenLength(positionMs)} of ${spokenLength(endMs)}`;
  return startedAtMs === undefined ? place : `${place}, ${wallClock(startedAtMs + positionMs)}`;
}

/** For a screen reader: where nothing was recorded. */
export const gapText = (fromMs: number, toMs: number): string =>
  `from ${spokenLength(fromMs)} to ${spokenLength(toMs)}`;

export const megabits = (bps: number): string => `${(bps / 1_000_000).toFixed(1)} Mb/s`;
