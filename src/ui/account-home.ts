import { css, html, LitElement, nothing } from 'lit';
import type { Account, Me, Role } from '../protocol/accounts.ts';
import { pages } from '../protocol/urls.ts';
import { accountApi } from './account-api.ts';
import type { Landing } from './account-landing.ts';
import './account-passkeys.ts';
import './account-password.ts';
import './account-removal.ts';
import './account-sessions.ts';
import './ask-dialog.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { logOut } from './log-out.ts';
import { askMeAgain } from './me.ts';
import './own-broadcasts.ts';
import { openPositions } from './positions-client.ts';
import { base, controls, surfaces } from './theme.ts';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  creator: 'May broadcast',
  admin: 'Administrator',
};

const UNSENT = {
  heading: 'Log out now?',
  text: 'Where you stopped watching could not be sent yet, because the server does not answer. This device forgets it when you log out.',
  yes: 'Forget it, log me out',
  no: 'Stay logged in',
};

/** What somebody sees who is logged in. Fires `claimed` and `account-changed`. */
export class AccountHome extends LitElement {
  static override properties = {
    me: { attribute: false },
    account: { attribute: false },
    landing: { attribute: false },
    answer: { state: true },
    unsentFor: { state: true },
  };
  declare me: Me;
  declare account: Account;
  declare landing: Landing;
  declare answer: FormAnswer;
  /** Which log-out waits for an answer, because something cannot be sent. */
  declare unsentFor: 'here' | 'everywhere' | undefined;

  static override styles = [
    base,
    controls,
    surfaces,
    formNote,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-5);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-3);
      }
      .who {
        flex: 1 1 8rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .invited {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-3);
      }
    `,
  ];

  constructor() {
    super();
    this.answer = { kind: 'none' };
    this.unsentFor = undefined;
  }

  async #leave(where: 'here' | 'everywhere', isSure = false): Promise<void> {
    if (this.answer.kind === 'waiting') return;
    this.answer = { kind: 'waiting' };
    try {
      this.unsentFor = (await logOut(where, isSure)) === 'unsent' ? where : undefined;
      this.answer = { kind: 'none' };
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  async #gone(): Promise<void> {
    await (await openPositions())?.forget();
    await askMeAgain();
  }

  async #claim(link: string): Promise<void> {
    this.answer = { kind: 'waiting' };
    try {
      await accountApi.claim({ link });
      this.answer = { kind: 'done', sentence: 'You may broadcast now. The studio is yours.' };
      this.dispatchEvent(new CustomEvent('claimed'));
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  #invitation() {
    const { landing } = this;
    if (landing.kind === 'bad') return html`<p class="answer refused" role="alert">${landing.sentence}</p>`;
    if (landing.kind !== 'found') return nothing;
    const { token } = landing;
    return html`<section class="card invited" aria-labelledby="invited">
      <h2 id="invited">You are invited to broadcast</h2>
      <p>With this link the account ${this.account.username} may go live here.</p>
      <button class="button primary" type="button" @click=${() => this.#claim(token)}>Take the invitation</button>
    </section>`;
  }

  protected override render() {
    const { account, me } = this;
    return html`<div class="head">
        <div class="who">
          <h1>${account.username}</h1>
          <p class="quiet small">${ROLE_WORDS[account.role]}</p>
        </div>
        ${me.broadcast.kind === 'yes' ? html`<a class="button" href=${pages.studio}>Open the studio</a>` : nothing}
        ${account.role === 'admin' ? html`<a class="button" href=${pages.admin}>Administration</a>` : nothing}
        <button class="button" type="button" @click=${() => this.#leave('here')}>Log out</button>
      </div>
      ${answerNote(this.answer)}${this.#invitation()}
      <own-broadcasts></own-broadcasts>
      <account-password .account=${account}></account-password>
      <account-passkeys></account-passkeys>
      <account-sessions @leave=${(event: CustomEvent<'everywhere'>) => this.#leave(event.detail)}></account-sessions>
      <account-removal @account-gone=${() => this.#gone()}></account-removal>
      <ask-dialog
        .question=${this.unsentFor === undefined ? undefined : UNSENT}
        @answer-yes=${() => this.#leave(this.unsentFor ?? 'here', true)}
        @answer-no=${() => {
          this.unsentFor = undefined;
        }}
      ></ask-dialog>`;
  }
}

customElements.define('account-home', AccountHome);

declare global {
  interface HTMLElementTagNameMap {
    'account-home': AccountHome;
  }
}
