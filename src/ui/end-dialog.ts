import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement } from 'lit';
import { base, controls } from './theme.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

/** Asks once before a stream is ended. Fires `confirm`, or `dismiss` when the person keeps streaming. */
export class EndDialog extends LitElement {
  static override properties = { open: { type: Boolean } };
  declare open: boolean;

  static override styles = [
    base,
    controls,
    webawesomeTheme,
    css`
      p {
        padding-inline-end: var(--tc-space-5);
      }
      [slot='footer'] {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: var(--tc-space-3);
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
  }

  #say(name: 'confirm' | 'dismiss'): void {
    this.dispatchEvent(new CustomEvent(name));
  }

  protected override render() {
    return html`<wa-dialog label="End the stream?" ?open=${this.open} @wa-hide=${() => this.#say('dismiss')}>
      <p>Viewers stop seeing you, and the recording plays at the same link. A stream that has ended cannot go on.</p>
      <div slot="footer">
        <button class="button" type="button" autofocus @click=${() => this.#say('dismiss')}>Keep streaming</button>
        <button class="button danger filled" type="button" @click=${() => this.#say('confirm')}>End stream</button>
      </div>
    </wa-dialog>`;
  }
}

customElements.define('end-dialog', EndDialog);

declare global {
  interface HTMLElementTagNameMap {
    'end-dialog': EndDialog;
  }
}
