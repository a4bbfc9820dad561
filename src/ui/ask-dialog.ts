import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { base, controls, fields } from './theme.ts';

/** One question that is asked before something that cannot be undone. */
export interface Question {
  readonly heading: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  /** Asks for the present password too. */
  readonly wantsPassword?: boolean;
}

/**
 * Asks `question` while there is one. Fires `answer-yes` with the password (empty when not asked for) as detail, or
 * `answer-no`. The browser's own dialog: it holds the focus and closes with Escape.
 */
export class AskDialog extends LitElement {
  static override properties = { question: { attribute: false } };
  declare question: Question | undefined;

  static override styles = [
    base,
    controls,
    fields,
    css`
      /* Closed, it takes no place in a grid. */
      :host {
        display: contents;
      }
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
      dialog[open] {
        animation: appear var(--tc-motion-slow) ease-out;
      }
      @keyframes appear {
        from {
          opacity: 0;
          translate: 0 0.75rem;
        }
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.55);
      }
      form {
        display: grid;
        gap: var(--tc-space-4);
      }
      h2 {
        font-size: var(--tc-text-xl);
        overflow-wrap: anywhere;
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
    this.question = undefined;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  protected override updated(changed: PropertyValues<this>): void {
    const dialog = this.#dialog;
    if (!changed.has('question') || dialog === null) return;
    if (this.question === undefined) dialog.close();
    else if (!dialog.open) {
      dialog.returnValue = '';
      this.renderRoot.querySelector('form')?.reset();
      dialog.showModal();
    }
  }

  #closed(): void {
    const isYes = this.#dialog?.returnValue === 'yes';
    const detail = this.renderRoot.querySelector<HTMLInputElement>('#present')?.value ?? '';
    this.dispatchEvent(isYes ? new CustomEvent('answer-yes', { detail }) : new CustomEvent('answer-no'));
  }

  protected override render() {
    const { question } = this;
    return html`<dialog aria-labelledby="heading" @close=${() => this.#closed()}>
      ${
        question === undefined
          ? nothing
          : html`<form method="dialog">
              <h2 id="heading">${question.heading}</h2>
              <p>${question.text}</p>
              ${
                question.wantsPassword === true
                  ? html`<div class="field">
                      <label for="present">Your password</label>
                      <input id="present" type="password" required autocomplete="current-password" />
                    </div>`
                  : nothing
              }
              <div class="answers">
                <button class="button" type="button" ?autofocus=${question.wantsPassword !== true} @click=${() => this.#dialog?.close()}>
                  ${question.no}
                </button>
                <button class="button danger filled" type="submit" value="yes">${question.yes}</button>
              </div>
            </form>`
      }
    </dialog>`;
  }
}

customElements.define('ask-dialog', AskDialog);

declare global {
  interface HTMLElementTagNameMap {
    'ask-dialog': AskDialog;
  }
}
