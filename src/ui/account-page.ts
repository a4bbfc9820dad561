import { css, html, LitElement, nothing } from 'lit';
import type { Me } from '../protocol/accounts.ts';
import { pages, parseAccountLink } from '../protocol/urls.ts';
import { accountApi } from './account-api.ts';
import './account-door.ts';
import type { Entered } from './account-entry.ts';
import './account-home.ts';
import type { Landing } from './account-landing.ts';
import { sentenceOf } from './ask-origin.ts';
import { joinHistory } from './log-out.ts';
import { askMeAgain, MeController } from './me.ts';
import { nextPage } from './next-page.ts';
import './recovery-codes.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';

/** `/account`: the way in and out, what the account holds, and where one-time links lead. */
export class AccountPage extends LitElement {
  static override properties = { landing: { state: true }, newCodes: { state: true } };
  declare landing: Landing;
  /** Of an account that was just made, until the person has kept them. */
  declare newCodes: readonly string[];

  readonly #who = new MeController(this);

  static override styles = [
    base,
    page,
    controls,
    surfaces,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-5);
        max-width: 46rem;
      }
      main.narrow {
        max-width: 29rem;
      }
    `,
  ];

  constructor() {
    super();
    this.landing = { kind: 'none' };
    this.newCodes = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Account · Tabcast';
    window.addEventListener('hashchange', this.#land);
    this.#land();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#land);
    super.disconnectedCallback();
  }

  readonly #land = (): void => {
    const link = parseAccountLink(location.hash);
    if (link === undefined) return;
    if (link.kind === 'first-admin') {
      // One form, and the studio goes on in the same document.
      location.replace(pages.studio + location.hash);
      return;
    }
    this.landing = { kind: 'looking' };
    void this.#look(link.token);
  };

  async #look(token: string): Promise<void> {
    try {
      this.landing = { kind: 'found', token, info: await accountApi.look(token) };
    } catch (cause) {
      this.landing = { kind: 'bad', sentence: sentenceOf(cause) };
    }
  }

  async #entered({ recoveryCodes }: Entered): Promise<void> {
    this.newCodes = recoveryCodes;
    this.#forgetLink();
    await joinHistory();
    if (recoveryCodes.length === 0) this.#goOn();
  }

  /** A token that is used up has no business in the address any more. */
  #forgetLink(): void {
    this.landing = { kind: 'none' };
    history.replaceState(null, '', location.pathname + location.search);
  }

  #goOn(): void {
    this.newCodes = [];
    const next = nextPage(location.search);
    if (next !== undefined) location.assign(next);
  }

  #content(me: Me) {
    if (this.newCodes.length > 0)
      return html`<recovery-codes .codes=${this.newCodes} @kept=${() => this.#goOn()}></recovery-codes>`;
    const isReset = this.landing.kind === 'found' && this.landing.info.kind === 'reset';
    if (me.account === null || isReset)
      return html`<account-door
        .landing=${this.landing}
        .me=${me}
        @entered=${(event: CustomEvent<Entered>) => this.#entered(event.detail)}
      ></account-door>`;
    return html`<account-home
      .me=${me}
      .account=${me.account}
      .landing=${this.landing}
      @account-changed=${() => askMeAgain()}
      @claimed=${() => {
        this.#forgetLink();
        void askMeAgain();
      }}
    ></account-home>`;
  }

  protected override render() {
    const { state } = this.#who;
    const isOut = state.kind === 'known' && state.me.account === null;
    return html`<site-header current="account"></site-header>
      <main tabindex="-1" class=${isOut && this.newCodes.length === 0 ? 'narrow' : ''}>
        ${state.kind === 'asking' ? html`<h1>Account</h1><p class="quiet">One moment…</p>` : nothing}
        ${
          state.kind === 'away'
            ? html`<h1>Account</h1>
                <p role="alert">The server cannot be reached. Check your connection, then try again.</p>
                <p><button class="button" type="button" @click=${() => askMeAgain()}>Try again</button></p>`
            : nothing
        }
        ${state.kind === 'known' ? this.#content(state.me) : nothing}
      </main>`;
  }
}

customElements.define('account-page', AccountPage);

declare global {
  interface HTMLElementTagNameMap {
    'account-page': AccountPage;
  }
}
