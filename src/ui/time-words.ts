/** Times for people. Input in milliseconds; zero is a length like any other. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `0:07`, `12:34`, `1:02:03`: a length or a running clock. */
export function clockText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / SECOND_MS));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `2 hours 5 minutes`, `40 seconds`: what a screen reader should say for a length. */
export function spokenLength(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / SECOND_MS));
  if (seconds < 60) return plural(seconds, 'second');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return [hours > 0 ? plural(hours, 'hour') : '', minutes > 0 ? plural(minutes, 'minute') : '']
    .filter(Boolean)
    .join(' ');
}

/** `just now`, `5 minutes ago`, `yesterday, 14:05`, `3 Nov 2026, 14:05`, in the reader's language and zone. */
export function whenInSentence(atMs: number, nowMs: number, locale?: string): string {
  const agoMs = nowMs - atMs;
  if (agoMs < MINUTE_MS) return 'just now';
  if (agoMs < HOUR_MS) return `${plural(Math.floor(agoMs / MINUTE_MS), 'minute')} ago`;
  const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(atMs);
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  if (atMs >= midnight) return `today, ${time}`;
  if (atMs >= midnight - DAY_MS) return `yesterday, ${time}`;
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(atMs);
  return `${day}, ${time}`;
}

/** The same, standing alone. */
export function whenText(atMs: number, nowMs: number, locale?: string): string {
  const text = whenInSentence(atMs, nowMs, locale);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `3 Nov 2026`, in the reader's language and zone. */
export const dayText = (atMs: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(atMs);
