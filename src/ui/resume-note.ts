import { css, html, LitElement, nothing } from 'lit';
import type { ResumeChoice } from '../positions/resume.ts';
import { icons } from './icons.ts';
import { base, controls } from './theme.ts';
import { clockText } from './time-words.ts';

/**
 * What is said about where playback began, with the other place one press away. Fires `go-to` with milliseconds of
 * media time, and `dismiss`.
 */
export class ResumeNote extends LitElement {
  static override properties = { choice: { attribute: false } };
  declare choice: ResumeChoice | undefined;

  static override styles = [
    base,
    controls,
    css`
      .note {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-3);
        padding: var(--tc-space-2) var(--tc-space-3) var(--tc-space-2) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-accent-soft);
      }
      p {
        flex: 1 1 14rem;
      }
      .close {
        min-width: var(--tc-target);
        padding: 0;
      }
    `,
  ];

  #fire(name: 'dismiss'): void;
  #fire(name: 'go-to', detail: number): void;
  #fire(name: string, detail?: number): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #note(text: string, button: string, atMs: number) {
    return html`<section class="note" aria-label="Where you were">
      <p role="status">${text}</p>
      <button class="button primary" type="button" @click=${() => this.#fire('go-to', atMs)}>${button}</button>
      <button class="button quiet-button close" type="button" aria-label="Close" @click=${() => this.#fire('dismiss')}>
        ${icons.close}
      </button>
    </section>`;
  }

  protected override render() {
    const { choice } = this;
    switch (choice?.kind) {
      case undefined:
      case 'start':
      case 'edge':
        return nothing;
      case 'go':
        return this.#note(`You go on where you were, at ${clockText(choice.atMs)}.`, 'Start over', 0);
      case 'ask': {
        const device = choice.other.device.name === '' ? 'another device' : choice.other.device.name;
        return this.#note(
          `You watched on elsewhere. Here you were at ${clockText(choice.ownAtMs)}.`,
          `Continue at ${clockText(choice.otherAtMs)} from ${device}`,
          choice.otherAtMs,
        );
      }
      case 'offer':
        return this.#note(
          choice.isTooOld ? 'The place where you were is gone; this is the earliest there is.' : 'This is live.',
          `Continue where you left (−${clockText(choice.behindMs)})`,
          choice.atMs,
        );
    }
  }
}

customElements.define('resume-note', ResumeNote);

declare global {
  interface HTMLElementTagNameMap {
    'resume-note': ResumeNote;
  }
}
