import { css, html, LitElement } from 'lit';
import type { BroadcastBy, Me } from '../protocol/accounts.ts';
import './account-entry.ts';
import type { Entered } from './account-entry.ts';
import type { Landing } from './account-landing.ts';
import './password-rescue.ts';
import { base, controls, surfaces } from './theme.ts';

const BROADCASTING: Readonly<Record<BroadcastBy, string>> = {
  invited: 'Broadcasting needs an invitation from whoever looks after this Tabcast.',
  accounts: 'With an account you can broadcast too.',
  anyone: 'Broadcasting needs no account here; with one you can rename and delete what you made.',
};

/** What somebody sees who is not logged in. Fires `entered`. */
export class AccountDoor extends LitElement {
  static override properties = {
    landing: { attribute: false },
    me: { attribute: false },
    hasForgotten: { state: true },
  };
  declare landing: Landing;
  declare me: Me;
  declare hasForgotten: boolean;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host,
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-4);
      }
      .forgot {
        justify-self: start;
        padding-inline: 0;
        color: var(--tc-color-accent-text);
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }
    `,
  ];

  constructor() {
    super();
    this.hasForgotten = false;
  }

  readonly #entered = (event: CustomEvent<Entered>): void => {
    this.dispatchEvent(new CustomEvent<Entered>('entered', { detail: event.detail }));
  };

  #entry(token: string | undefined, isForNew: boolean) {
    return html`<account-entry
      .claim=${token === undefined ? undefined : { link: token }}
      .offersLogIn=${!isForNew}
      @entered=${this.#entered}
    ></account-entry>`;
  }

  #toggle() {
    return html`<button
      class="button quiet-button forgot"
      type="button"
      @click=${() => {
        this.hasForgotten = !this.hasForgotten;
      }}
    >
      ${this.hasForgotten ? 'Back' : 'I forgot it'}
    </button>`;
  }

  #plain() {
    if (this.hasForgotten)
      return html`<h1>A new password</h1>
        <p class="quiet">
          Use one of the recovery codes you were shown when you signed up. Without one, ask whoever looks after this
          Tabcast for a reset link.
        </p>
        <div class="card"><password-rescue @entered=${this.#entered}></password-rescue>${this.#toggle()}</div>`;
    return html`<h1>Your account</h1>
      <p class="quiet">
        Watching needs none. With one you go on where you were, on every device. ${BROADCASTING[this.me.broadcastBy]}
      </p>
      <div class="card">${this.#entry(undefined, false)}${this.#toggle()}</div>`;
  }

  protected override render() {
    const { landing } = this;
    switch (landing.kind) {
      case 'none':
        return this.#plain();
      case 'looking':
        return html`<h1>Your account</h1>
          <p class="quiet">Reading the link…</p>`;
      case 'bad':
        return html`<h1>This link does not work</h1>
          <p role="alert">${landing.sentence}</p>
          <div class="card">${this.#entry(undefined, false)}</div>`;
      case 'found': {
        const { info, token } = landing;
        if (info.kind === 'reset')
          return html`<h1>A new password for ${info.username}</h1>
            <p class="quiet">Every session that is open elsewhere ends with it.</p>
            <div class="card"><password-rescue .link=${token} @entered=${this.#entered}></password-rescue></div>`;
        return html`<h1>You are invited to broadcast</h1>
          <p class="quiet">
            Make an account and the studio is yours. Do you have one? Log in with it first, then open this link again.
          </p>
          <div class="card">${this.#entry(token, true)}</div>`;
      }
    }
  }
}

customElements.define('account-door', AccountDoor);

declare global {
  interface HTMLElementTagNameMap {
    'account-door': AccountDoor;
  }
}
