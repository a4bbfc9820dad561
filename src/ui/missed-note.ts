import { css, html, LitElement, nothing } from 'lit';
import type { MissedMedia } from '../play/player-state.ts';
import { icons } from './icons.ts';
import { missedWords } from './missed-words.ts';
import { base, controls } from './theme.ts';

/** After the creator's outage, for who was at the live edge: the way to what they missed. Fires `watch`, `dismiss`. */
export class MissedNote extends LitElement {
  static override properties = { missed: { attribute: false } };
  declare missed: MissedMedia | undefined;

  static override styles = [
    base,
    controls,
    css`
      .note {
        display: grid;
        grid-template: 'words watch close' / 1fr auto auto;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-3);
        padding: var(--tc-space-2) var(--tc-space-3) var(--tc-space-2) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-accent-soft);
      }
      div {
        display: grid;
        grid-area: words;
        gap: var(--tc-space-1);
      }
      progress {
        width: 100%;
        accent-color: var(--tc-color-accent);
      }
      .watch {
        grid-area: watch;
      }
      .close {
        grid-area: close;
        min-width: var(--tc-target);
        padding: 0;
      }
      @media (max-width: 40rem) {
        .note {
          grid-template: 'words close' 'watch watch' / 1fr auto;
        }
      }
    `,
  ];

  #fire(name: 'watch' | 'dismiss'): void {
    this.dispatchEvent(new CustomEvent(name));
  }

  protected override render() {
    if (this.missed === undefined) return nothing;
    const { fromMs, toMs, missingMs } = this.missed;
    const words = missedWords(this.missed);
    return html`<section class="note" aria-label="What you missed">
      <div>
        <p role="status">${words.text}</p>
        ${
          missingMs === 0
            ? nothing
            : html`<progress aria-label="Sent so far" max=${toMs - fromMs} value=${toMs - fromMs - missingMs}></progress>
                <p class="quiet small numbers">${words.progress}</p>`
        }
      </div>
      <button class="button primary watch" type="button" ?disabled=${missingMs > 0} @click=${() => this.#fire('watch')}>
        ${words.button}
      </button>
      <button class="button quiet-button close" type="button" aria-label="Close" @click=${() => this.#fire('dismiss')}>
        ${icons.close}
      </button>
    </section>`;
  }
}

customElements.define('missed-note', MissedNote);

declare global {
  interface HTMLElementTagNameMap {
    'missed-note': MissedNote;
  }
}
