import { css, html, LitElement, type PropertyValues } from 'lit';
import { base, controls } from './theme.ts';

/**
 * Asks once before a stream is ended. Fires `confirm` when it shall be, `dismiss` when it shall go on. The browser's
 * own dialog: it holds the focus, closes with Escape and keeps its buttons inside for assistive technology.
 */
export class EndDialog extends LitElement {
  static override properties = { open: { type: Boolean } };
  declare open: boolean;

  static override styles = [
    base,
    controls,
    css`
      dialog {
        width: min(31rem, calc(100vw - 2 * var(--tc-space-4)));
        max-height: calc(100dvh - 2 * var(--tc-space-4));
        padding: var(--tc-space-5);
        border: 1px solid var(--tc-color-border);
        border-radius: var(--tc-radius-l);
        background: var(--tc-color-surface-raised);
        color: var(--tc-color-text);
        box-shadow: var(--tc-shadow-2);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.55);
      }
      dialog[open] {
        display: grid;
        gap: var(--tc-space-4);
        animation: appear var(--tc-motion-slow) ease-out;
      }
      @keyframes appear {
        from {
          opacity: 0;
          translate: 0 0.75rem;
        }
      }
      h2 {
        font-size: var(--tc-text-xl);
      }
      .answers {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: var(--tc-space-3);
        padding-top: var(--tc-space-2);
      }
      @media (max-width: 30rem) {
        .answers .button {
          flex: 1 1 auto;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  protected override updated(changed: PropertyValues<this>): void {
    const dialog = this.#dialog;
    if (!changed.has('open') || dialog === null || dialog.open === this.open) return;
    if (this.open) {
      dialog.returnValue = '';
      dialog.showModal();
    } else dialog.close();
  }

  #answer(): void {
    this.dispatchEvent(new CustomEvent(this.#dialog?.returnValue === 'end' ? 'confirm' : 'dismiss'));
  }

  protected override render() {
    return html`<dialog aria-labelledby="question" @close=${() => this.#answer()}>
      <h2 id="question">End the stream?</h2>
      <p>Viewers stop seeing you, and the recording plays at the same link. A stream that has ended cannot go on.</p>
      <div class="answers">
        <button class="button" type="button" autofocus @click=${() => this.#dialog?.close()}>Keep streaming</button>
        <button class="button danger filled" type="button" @click=${() => this.#dialog?.close('end')}>End stream</button>
      </div>
    </dialog>`;
  }
}

customElements.define('end-dialog', EndDialog);

declare global {
  interface HTMLElementTagNameMap {
    'end-dialog': EndDialog;
  }
}
