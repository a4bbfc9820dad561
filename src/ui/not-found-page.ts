import { css, html, LitElement } from 'lit';
import { pages } from '../protocol/urls.ts';
import './site-header.ts';
import { base, controls, page } from './theme.ts';

/** Any path that is no page of ours. */
export class NotFoundPage extends LitElement {
  static override styles = [
    base,
    page,
    controls,
    css`
      main {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-4);
        max-width: 40rem;
        padding-block: 12vh;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Page not found · Tabcast';
  }

  protected override render() {
    return html`<site-header></site-header>
      <main tabindex="-1">
        <h1>There is no page at this address</h1>
        <p class="quiet">
          The link may be cut off or mistyped: the address of a stream ends in sixteen letters and digits. Ask whoever
          sent it for the whole link, or look through what is live now.
        </p>
        <a class="button primary" href=${pages.home}>See all streams</a>
      </main>`;
  }
}

customElements.define('not-found-page', NotFoundPage);

declare global {
  interface HTMLElementTagNameMap {
    'not-found-page': NotFoundPage;
  }
}
