import { css, html, LitElement, nothing } from 'lit';
import type { Claim } from '../protocol/accounts.ts';
import { MAX_USERNAME_CHARS, MIN_PASSWORD_CHARS } from '../protocol/accounts.ts';
import { accountApi } from './account-api.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { canUsePasskeys, logInByPasskey } from './passkey-browser.ts';
import { base, controls, fields } from './theme.ts';

/** Somebody is logged in now; a new account brings its recovery codes, which are shown only this once. */
export interface Entered {
  readonly recoveryCodes: readonly string[];
}

/**
 * Name and password: for somebody who has an account and for somebody who makes one. With `claim` it only makes one,
 * which is given what the claim says. Fires `entered` with `Entered`.
 */
export class AccountEntry extends LitElement {
  static override properties = {
    claim: { attribute: false },
    offersLogIn: { attribute: false },
    answer: { state: true },
    isPasswordShown: { state: true },
  };
  declare claim: Claim | undefined;
  declare offersLogIn: boolean;
  declare answer: FormAnswer;
  declare isPasswordShown: boolean;

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
      .with-button {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--tc-space-2);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
      .actions .button {
        flex: 1 1 9rem;
      }
    `,
  ];

  constructor() {
    super();
    this.claim = undefined;
    this.offersLogIn = true;
    this.answer = { kind: 'none' };
    this.isPasswordShown = false;
  }

  #value(id: string): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '';
  }

  async #enter(start: () => Promise<Entered>): Promise<void> {
    if (this.answer.kind === 'waiting') return;
    this.answer = { kind: 'waiting' };
    try {
      const detail = await start();
      this.answer = { kind: 'none' };
      this.dispatchEvent(new CustomEvent<Entered>('entered', { detail }));
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  readonly #signUp = (): Promise<void> =>
    this.#enter(async () => {
      const { claim } = this;
      const typed = { username: this.#value('username'), password: this.#value('password') };
      const { recoveryCodes } = await accountApi.signUp(claim === undefined ? typed : { ...typed, claim });
      return { recoveryCodes };
    });

  readonly #logIn = (): Promise<void> =>
    this.#enter(async () => {
      await accountApi.logIn({ username: this.#value('username'), password: this.#value('password') });
      return { recoveryCodes: [] };
    });

  readonly #byPasskey = (): Promise<void> =>
    this.#enter(async () => {
      await logInByPasskey();
      return { recoveryCodes: [] };
    });

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const isSignUp = event.submitter?.id === 'sign-up' || !this.offersLogIn;
    void (isSignUp ? this.#signUp() : this.#logIn());
  }

  protected override render() {
    const isWaiting = this.answer.kind === 'waiting';
    const signUp = html`<button
      id="sign-up"
      class="button ${this.offersLogIn ? '' : 'primary large'}"
      type="submit"
      ?disabled=${isWaiting}
    >
      Sign up
    </button>`;
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <div class="field">
        <label for="username">Username</label>
        <input
          id="username"
          name="username"
          type="text"
          required
          maxlength=${MAX_USERNAME_CHARS}
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
        />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <div class="with-button">
          <input
            id="password"
            name="password"
            type=${this.isPasswordShown ? 'text' : 'password'}
            required
            autocomplete=${this.offersLogIn ? 'current-password' : 'new-password'}
            aria-describedby="rule"
          />
          <button
            class="button"
            type="button"
            aria-pressed=${this.isPasswordShown}
            aria-label="Show what is typed"
            @click=${() => {
              this.isPasswordShown = !this.isPasswordShown;
            }}
          >
            ${this.isPasswordShown ? 'Hide' : 'Show'}
          </button>
        </div>
        <p class="small quiet" id="rule">
          ${this.offersLogIn ? 'For a new account take' : 'Take'} at least ${MIN_PASSWORD_CHARS} characters: a few words
          are easy to remember.
        </p>
      </div>
      ${answerNote(this.answer)}
      <div class="actions">
        ${
          this.offersLogIn
            ? html`<button id="log-in" class="button primary" type="submit" ?disabled=${isWaiting}>Log in</button>${signUp}`
            : signUp
        }
      </div>
      ${
        this.offersLogIn && canUsePasskeys()
          ? html`<button class="button" type="button" ?disabled=${isWaiting} @click=${this.#byPasskey}>Use a passkey</button>`
          : nothing
      }
    </form>`;
  }
}

customElements.define('account-entry', AccountEntry);

declare global {
  interface HTMLElementTagNameMap {
    'account-entry': AccountEntry;
  }
}
