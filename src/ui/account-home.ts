import { css, html, LitElement, nothing } from 'lit';
import type { Account, Me, Role } from '../protocol/accounts.ts';
import { pages } from '../protocol/urls.ts';
import { accountApi } from './account-api.ts';
import type { Landing } from './account-landing.ts';
import './account-passkeys.ts';
import './account-password.ts';
import './account-removal.ts';
import './account-sessions.ts';
import type { Question } from './ask-dialog.ts';
import './ask-dialog.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { type Doubt, forgetAccount, logOut } from './log-out.ts';
import './own-broadcasts.ts';
import { base, controls, surfaces } from './theme.ts';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  creator: 'May broadcast',
  admin: 'Administrator',
};

const QUESTIONS: Readonly<Record<Doubt, Question>> = {
  unsent: {
    heading: 'Log out now?',
    text: 'Where you stopped watching could not be sent yet, because the server does not answer. This device forgets it when you log out.',
    yes: 'Forget it, log me out',
    no: 'Stay logged in',
  },
  unfinished: {
    heading: 'Leave your broadcast here?',
    text: 'A stream or an upload from this browser is not finished. Logging out does not end it: whoever opens the studio here can go on with it or end it, and your devices and titles stay with it. On a machine that others use, end it in the studio first.',
    yes: 'Leave it here, log me out',
    no: 'Stay logged in',
  },
};

/** A log-out that waits for an answer. */
interface Leaving {
  readonly where: 'here' | 'everywhere';
  readonly doubt: Doubt;
  readonly accepted: readonly Doubt[];
}

/** What somebody sees who is logged in. Fires `claimed` and `account-changed`. */
export class AccountHome extends LitElement {
  static override properties = {
    me: { attribute: false },
    account: { attribute: false },
    landing: { attribute: false },
    answer: { state: true },
    leaving: { state: true },
  };
  declare me: Me;
  declare account: Account;
  declare landing: Landing;
  declare answer: FormAnswer;
  declare leaving: Leaving | undefined;

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
    this.leaving = undefined;
  }

  async #leave(where: 'here' | 'everywhere', accepted: readonly Doubt[] = []): Promise<void> {
    if (this.answer.kind === 'waiting') return;
    this.answer = { kind: 'waiting' };
    try {
      const outcome = await logOut(where, accepted);
      this.leaving = outcome === 'out' ? undefined : { where, doubt: outcome, accepted };
      this.answer = { kind: 'none' };
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  #leaveAnyway(): void {
    const { leaving } = this;
    if (leaving !== undefined) void this.#leave(leaving.where, [...leaving.accepted, leaving.doubt]);
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
      <account-removal @account-gone=${() => forgetAccount()}></account-removal>
      <ask-dialog
        .question=${this.leaving === undefined ? undefined : QUESTIONS[this.leaving.doubt]}
        @answer-yes=${() => this.#leaveAnyway()}
        @answer-no=${() => {
          this.leaving = undefined;
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
