import { css, html, LitElement } from 'lit';
import { accountApi } from './account-api.ts';
import './ask-dialog.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { base, controls, surfaces } from './theme.ts';

/** Deletes the account after one question. Fires `account-gone`. */
export class AccountRemoval extends LitElement {
  static override properties = { isAsking: { state: true }, answer: { state: true } };
  declare isAsking: boolean;
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    surfaces,
    formNote,
    css`
      section {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-4);
      }
    `,
  ];

  constructor() {
    super();
    this.isAsking = false;
    this.answer = { kind: 'none' };
  }

  async #remove(password: string): Promise<void> {
    this.isAsking = false;
    try {
      await accountApi.deleteAccount(password);
      this.dispatchEvent(new CustomEvent('account-gone'));
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  protected override render() {
    const question = {
      heading: 'Delete your account?',
      text: 'Your streams, their recordings and your history are deleted with it. Nobody can bring them back.',
      yes: 'Delete for ever',
      no: 'Keep it',
      wantsPassword: true,
    };
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Delete account</h2>
      <p class="quiet">Your streams, their recordings and your history go with it.</p>
      ${answerNote(this.answer)}
      <button
        class="button danger"
        type="button"
        @click=${() => {
          this.isAsking = true;
        }}
      >
        Delete account
      </button>
      <ask-dialog
        .question=${this.isAsking ? question : undefined}
        @answer-yes=${(event: CustomEvent<string>) => this.#remove(event.detail)}
        @answer-no=${() => {
          this.isAsking = false;
        }}
      ></ask-dialog>
    </section>`;
  }
}

customElements.define('account-removal', AccountRemoval);

declare global {
  interface HTMLElementTagNameMap {
    'account-removal': AccountRemoval;
  }
}
