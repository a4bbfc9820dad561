import type { StatusTone } from './studio-status.ts';

const TITLES: Readonly<Record<StatusTone, string>> = {
  off: 'Studio · Tabcast',
  waiting: 'Studio · Tabcast',
  'on-air': '● Live · Tabcast',
  trouble: 'Reconnecting… · Tabcast',
};

/** Says in the browser's tab strip whether this tab is on air; cheap enough to call on every change. */
export function showInTab(tone: StatusTone): void {
  if (document.title !== TITLES[tone]) document.title = TITLES[tone];
  const href = tone === 'on-air' ? '/favicon-live.svg' : '/favicon.svg';
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link !== null && link.getAttribute('href') !== href) link.setAttribute('href', href);
}
