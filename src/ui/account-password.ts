import { css, html, LitElement, nothing } from 'lit';
import type { Account } from '../protocol/accounts.ts';
import { accountApi } from './account-api.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { textOf } from './form-text.ts';
import './recovery-codes.ts';
import { base, controls, fields, surfaces } from './theme.ts';

/** Changes the password and renews the recovery codes. Fires `account-changed`. */
export class AccountPassword extends LitElement {
  static override properties = {
    account: { attribute: false },
    answer: { state: true },
    codes: { state: true },
  };
  declare account: Account;
  declare answer: FormAnswer;
  /** New ones, until the person has kept them. */
  declare codes: readonly string[];

  static override styles = [
    base,
    controls,
    fields,
    surfaces,
    formNote,
    css`
      section,
      form {
        display: grid;
        gap: var(--tc-space-4);
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
        gap: var(--tc-space-4);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
    `,
  ];

  constructor() {
    super();
    this.answer = { kind: 'none' };
    this.codes = [];
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const currentPassword = textOf(typed, 'current');
    const isForCodes = event.submitter?.id === 'renew';
    this.answer = { kind: 'waiting' };
    try {
      if (isForCodes) {
        this.codes = (await accountApi.newRecoveryCodes(currentPassword)).recoveryCodes;
        this.answer = { kind: 'done', sentence: 'These are your new codes; the old ones have ended.' };
      } else {
        await accountApi.changePassword({ currentPassword, newPassword: textOf(typed, 'new') });
        this.answer = { kind: 'done', sentence: 'Your password is changed. Every other session has ended.' };
      }
      form.reset();
      this.dispatchEvent(new CustomEvent('account-changed'));
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  protected override render() {
    const left = this.account.recoveryCodesLeft;
    return html`<section class="card" aria-labelledby="heading">
        <h2 id="heading">Password</h2>
        <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
          <div class="two">
            <div class="field">
              <label for="current">Current password</label>
              <input id="current" name="current" type="password" required autocomplete="current-password" />
            </div>
            <div class="field">
              <label for="new">New password</label>
              <input id="new" name="new" type="password" autocomplete="new-password" />
            </div>
          </div>
          ${answerNote(this.answer)}
          <p class="small quiet">
            ${left === 0 ? 'You have no recovery code left.' : left === 1 ? 'One recovery code is left.' : `${left} recovery codes are left.`}
            New ones take only the current password.
          </p>
          <div class="actions">
            <button class="button primary" type="submit">Change password</button>
            <button class="button" id="renew" type="submit">Make new recovery codes</button>
          </div>
        </form>
      </section>
      ${
        this.codes.length === 0
          ? nothing
          : html`<recovery-codes
              .codes=${this.codes}
              @kept=${() => {
                this.codes = [];
              }}
            ></recovery-codes>`
      }`;
  }
}

customElements.define('account-password', AccountPassword);

declare global {
  interface HTMLElementTagNameMap {
    'account-password': AccountPassword;
  }
}
