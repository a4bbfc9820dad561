import { css, html, LitElement, nothing } from 'lit';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import { base, controls } from './theme.ts';

type HeaderPage = 'home' | 'studio' | 'none';

/** The band over every page but the player's: the name, the way home and the way to go live. */
export class SiteHeader extends LitElement {
  static override properties = { current: {} };
  declare current: HeaderPage;

  static override styles = [
    base,
    controls,
    css`
      .band {
        display: flex;
        align-items: center;
        gap: var(--tc-space-4);
        max-width: var(--tc-page-width);
        min-height: 4.25rem;
        margin-inline: auto;
        padding: var(--tc-space-2) var(--tc-gutter);
      }
      .name {
        display: inline-flex;
        align-items: center;
        gap: var(--tc-space-3);
        min-height: var(--tc-target);
        margin-inline-end: auto;
        border-radius: var(--tc-radius-s);
        color: var(--tc-color-text);
        font-size: var(--tc-text-l);
        font-weight: var(--tc-weight-bold);
        letter-spacing: -0.02em;
        text-decoration: none;
      }
      .quiet-button {
        margin-inline-end: calc(-1 * var(--tc-space-4));
      }
      .skip {
        position: absolute;
        inset: var(--tc-space-2) auto auto var(--tc-space-2);
        z-index: 1;
      }
      .skip:not(:focus) {
        clip-path: inset(50%);
        pointer-events: none;
      }
    `,
  ];

  constructor() {
    super();
    this.current = 'none';
  }

  /** The page's `<main>` lives in another shadow root, where a fragment link cannot reach it. */
  #skip(event: Event): void {
    event.preventDefault();
    const root = this.getRootNode();
    if (root instanceof ShadowRoot) root.querySelector<HTMLElement>('main')?.focus();
  }

  protected override render() {
    const mark = (page: HeaderPage) => (this.current === page ? 'page' : nothing);
    return html`<header>
      <a class="button primary skip" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the content</a>
      <nav class="band" aria-label="Tabcast">
        <a class="name" href=${pages.home} aria-current=${mark('home')}>${icons.logo}<span>Tabcast</span></a>
        ${
          this.current === 'studio'
            ? html`<a class="button quiet-button" href=${pages.home}>All streams</a>`
            : html`<a class="button primary" href=${pages.studio}>${icons.broadcast}Go live</a>`
        }
      </nav>
    </header>`;
  }
}

customElements.define('site-header', SiteHeader);

declare global {
  interface HTMLElementTagNameMap {
    'site-header': SiteHeader;
  }
}
