import { css, html, LitElement } from 'lit';
import type { BroadcastRight, Claim } from '../protocol/accounts.ts';
import { pages } from '../protocol/urls.ts';
import './account-entry.ts';
import type { Entered } from './account-entry.ts';
import { accountThen } from './next-page.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';

/** Why the studio stays closed. first-admin-link: opened with the link that the origin printed. */
export type Closed =
  | { readonly because: Extract<BroadcastRight, { kind: 'no' }>['because'] }
  | { readonly because: 'first-admin-link'; readonly token: string };

/** What stands where the studio would be, until this person may broadcast. Fires `entered`. */
export class StudioGate extends LitElement {
  static override properties = { closed: { attribute: false } };
  declare closed: Closed;

  static override styles = [
    base,
    page,
    controls,
    surfaces,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-4);
        max-width: 29rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
    `,
  ];

  #firstAdmin(claim: Claim) {
    return html`<h1>Welcome to your Tabcast</h1>
      <p class="quiet">
        Nobody looks after it yet. Make the first account: it may broadcast, and it invites the others.
      </p>
      <div class="card">
        <account-entry
          .claim=${claim}
          .offersLogIn=${false}
          @entered=${({ detail }: CustomEvent<Entered>) =>
            this.dispatchEvent(new CustomEvent<Entered>('entered', { detail }))}
        ></account-entry>
      </div>`;
  }

  #content() {
    const { closed } = this;
    switch (closed.because) {
      case 'first-admin':
        return this.#firstAdmin({ isFirstAdmin: true });
      case 'first-admin-link':
        return this.#firstAdmin({ link: closed.token });
      case 'setup-link':
        return html`<h1>Almost there</h1>
          <p>
            Nobody looks after this Tabcast yet. Open the link that it printed when it started: whoever does makes the
            first account.
          </p>`;
      case 'log-in':
        return html`<h1>Log in to broadcast</h1>
          <p class="quiet">Watching needs no account; going live here does.</p>
          <div class="actions"><a class="button primary large" href=${accountThen(pages.studio)}>Log in or sign up</a></div>`;
      case 'invitation':
        return html`<h1>You need an invitation</h1>
          <p>
            You are logged in, but going live here takes an invitation. Ask whoever looks after this Tabcast for a link,
            and open it in this browser.
          </p>
          <div class="actions"><a class="button" href=${pages.home}>See what is live</a></div>`;
    }
  }

  protected override render() {
    return html`<site-header current="studio"></site-header>
      <main tabindex="-1">${this.#content()}</main>`;
  }
}

customElements.define('studio-gate', StudioGate);

declare global {
  interface HTMLElementTagNameMap {
    'studio-gate': StudioGate;
  }
}
