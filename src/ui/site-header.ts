import { css, html, LitElement, nothing } from 'lit';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import { MeController } from './me.ts';
import { base, controls } from './theme.ts';

type HeaderPage = 'home' | 'studio' | 'account' | 'none';

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
      .account {
        min-width: 0;
        padding-inline: var(--tc-space-3);
      }
      .account span {
        max-width: 10rem;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      @media (max-width: 30rem) {
        .band {
          gap: var(--tc-space-2);
        }
        .account span {
          max-width: 5.5rem;
        }
        .primary svg {
          display: none;
        }
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

  readonly #who = new MeController(this);

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

  /** Who is logged in, or the way to do that; nothing while it is not known, so that nothing jumps. */
  #account() {
    const { me } = this.#who;
    if (me === undefined) return nothing;
    const mark = this.current === 'account' ? 'page' : nothing;
    const { account } = me;
    return account === null
      ? html`<a class="button quiet-button account" href=${pages.account} aria-current=${mark}>Log in</a>`
      : html`<a class="button quiet-button account" href=${pages.account} aria-current=${mark}>
          ${icons.person}<span class="visually-hidden">Your account:</span><span>${account.username}</span>
        </a>`;
  }

  protected override render() {
    const mark = (page: HeaderPage) => (this.current === page ? 'page' : nothing);
    return html`<header>
      <a class="button primary skip" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the content</a>
      <nav class="band" aria-label="Tabcast">
        <a class="name" href=${pages.home} aria-current=${mark('home')}>${icons.logo}<span>Tabcast</span></a>
        ${this.#account()}
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
