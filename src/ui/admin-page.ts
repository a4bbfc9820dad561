import { css, html, LitElement } from 'lit';
import './admin-accounts.ts';
import './admin-invitations.ts';
import './admin-status.ts';
import { pages } from '../protocol/urls.ts';
import { MeController } from './me.ts';
import { accountThen } from './next-page.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';

/** `/admin`: how the server is doing, who has an account here and who may broadcast. */
export class AdminPage extends LitElement {
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
        max-width: 52rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Administration · Tabcast';
  }

  #content() {
    const { state } = this.#who;
    if (state.kind === 'asking') return html`<p class="quiet">One moment…</p>`;
    if (state.kind === 'away')
      return html`<p role="alert">The server cannot be reached. Check your connection, then reload the page.</p>`;
    const { account } = state.me;
    if (account === null)
      return html`<p>This page is for administrators.</p>
        <p><a class="button primary" href=${accountThen(pages.admin)}>Log in</a></p>`;
    if (account.role !== 'admin')
      return html`<p>This page is for administrators, and ${account.username} is none.</p>
        <p><a class="button" href=${pages.home}>All streams</a></p>`;
    return html`<admin-status></admin-status>
      <admin-invitations></admin-invitations>
      <admin-accounts .ownId=${account.id}></admin-accounts>`;
  }

  protected override render() {
    return html`<site-header current="none"></site-header>
      <main tabindex="-1">
        <h1>Administration</h1>
        ${this.#content()}
      </main>`;
  }
}

customElements.define('admin-page', AdminPage);

declare global {
  interface HTMLElementTagNameMap {
    'admin-page': AdminPage;
  }
}
