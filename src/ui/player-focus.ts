import type { KeyPress } from './player-keys.ts';

/** What the keyboard is on, as far as the player's keys must leave it alone. */
export function focusOf(target: EventTarget | undefined): KeyPress['focus'] {
  if (target instanceof HTMLInputElement) {
    if (target.type === 'range') return 'slider';
    return target.type === 'radio' || target.type === 'checkbox' ? 'choice' : 'text';
  }
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return 'text';
  return target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement ? 'button' : 'nothing';
}
