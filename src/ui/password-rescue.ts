import { css, html, LitElement, nothing } from 'lit';
import { MIN_PASSWORD_CHARS } from '../protocol/accounts.ts';
import { accountApi } from './account-api.ts';
import type { Entered } from './account-entry.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { textOf } from './form-text.ts';
import { base, controls, fields } from './theme.ts';

/**
 * A new password for somebody who lost it: by a recovery code, or by `link`, the token of an administrator's reset
 * link. Fires `entered`.
 */
export class PasswordRescue extends LitElement {
  static override properties = { link: { attribute: false }, answer: { state: true } };
  declare link: string | undefined;
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    fields,
    formNote,
    css`
      form {
        display: grid;
        gap: var(--tc-space-4);
      }
    `,
  ];

  constructor() {
    super();
    this.link = undefined;
    this.answer = { kind: 'none' };
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.answer.kind === 'waiting') return;
    const typed = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => textOf(typed, name);
    this.answer = { kind: 'waiting' };
    try {
      const newPassword = text('new-password');
      if (this.link !== undefined) await accountApi.reset({ link: this.link, newPassword });
      else await accountApi.recover({ username: text('name'), code: text('code'), newPassword });
      this.answer = { kind: 'none' };
      this.dispatchEvent(new CustomEvent<Entered>('entered', { detail: { recoveryCodes: [] } }));
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  #who() {
    return html`<div class="field">
        <label for="name">Name of the account</label>
        <input id="name" name="name" type="text" required autocomplete="username" autocapitalize="none" spellcheck="false" />
      </div>
      <div class="field">
        <label for="code">Recovery code</label>
        <input id="code" name="code" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false" />
      </div>`;
  }

  protected override render() {
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      ${this.link === undefined ? this.#who() : nothing}
      <div class="field">
        <label for="new-password">New password</label>
        <input
          id="new-password"
          name="new-password"
          type="password"
          required
          autocomplete="new-password"
          aria-describedby="rule"
        />
        <p class="small quiet" id="rule">At least ${MIN_PASSWORD_CHARS} characters.</p>
      </div>
      ${answerNote(this.answer)}
      <button class="button primary" type="submit" ?disabled=${this.answer.kind === 'waiting'}>
        Set the new password
      </button>
    </form>`;
  }
}

customElements.define('password-rescue', PasswordRescue);

declare global {
  interface HTMLElementTagNameMap {
    'password-rescue': PasswordRescue;
  }
}
