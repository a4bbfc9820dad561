import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import type { ConditionNote } from './live-conditions.ts';
import { base } from './theme.ts';

/** The one place that says what happens to the machine while live; read aloud as it changes. */
export class LiveNotes extends LitElement {
  static override properties = { notes: { attribute: false } };
  declare notes: readonly ConditionNote[];

  static override styles = [
    base,
    css`
      ul {
        display: grid;
        gap: var(--tc-space-2);
        margin-block-start: var(--tc-space-4);
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--tc-space-3);
        padding: var(--tc-space-3) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-surface-sunken);
        font-size: var(--tc-text-s);
      }
      li.trouble {
        background: var(--tc-color-slow-soft);
      }
      li.trouble svg {
        color: var(--tc-color-slow);
      }
    `,
  ];

  constructor() {
    super();
    this.notes = [];
  }

  protected override render() {
    // The region itself stays: what appears in a region that is new is not read aloud.
    return html`<div aria-live="polite">
      ${
        this.notes.length === 0
          ? nothing
          : html`<ul aria-label="Notes">
              ${this.notes.map(
                ({ tone, text, link }) =>
                  html`<li class=${tone}>${tone === 'trouble' ? icons.warning : icons.info}<span>${text}${link === undefined ? nothing : html` <a href=${link.href} target="_blank">${link.text}</a>`}</span></li>`,
              )}
            </ul>`
      }
    </div>`;
  }
}

customElements.define('live-notes', LiveNotes);

declare global {
  interface HTMLElementTagNameMap {
    'live-notes': LiveNotes;
  }
}
