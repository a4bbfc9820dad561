import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { BroadcastSummary } from '../protocol/broadcast.ts';
import { pages } from '../protocol/urls.ts';
import './broadcast-card.ts';
import { shelvesOf } from './broadcast-list.ts';
import { BroadcastListController } from './broadcast-list-controller.ts';
import './continue-watching.ts';
import { icons } from './icons.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';

/** `/`: what is live now, and the recordings. */
export class HomePage extends LitElement {
  static override styles = [
    base,
    page,
    controls,
    surfaces,
    css`
      .hero {
        display: grid;
        gap: var(--tc-space-4);
        justify-items: start;
        max-width: 44rem;
        padding-block: var(--tc-space-5) var(--tc-space-7);
      }
      .hero h1 {
        font-size: var(--tc-text-3xl);
        line-height: 1.08;
        letter-spacing: -0.03em;
      }
      .hero p {
        max-width: 36rem;
        font-size: var(--tc-text-l);
      }
      section {
        margin-block-end: var(--tc-space-7);
      }
      h2 {
        margin-block-end: var(--tc-space-4);
        font-size: var(--tc-text-xl);
      }
      .shelf {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
        gap: var(--tc-space-6) var(--tc-space-5);
      }
      .empty {
        display: grid;
        justify-items: center;
        gap: var(--tc-space-3);
        padding: var(--tc-space-7) var(--tc-space-5);
        border: 1px dashed var(--tc-color-border-strong);
        border-radius: var(--tc-radius-l);
        text-align: center;
      }
      .empty h2 {
        margin: 0;
      }
      .empty svg {
        width: 2.5rem;
        height: 2.5rem;
        color: var(--tc-color-accent-text);
      }
      .silent {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--tc-space-3);
        margin-block-end: var(--tc-space-5);
        padding: var(--tc-space-3) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-slow-soft);
        color: var(--tc-color-slow);
      }
      footer {
        border-top: 1px solid var(--tc-color-border);
        padding: var(--tc-space-5) var(--tc-gutter);
        text-align: center;
      }
      footer a {
        display: inline-flex;
        align-items: center;
        min-height: var(--tc-target);
      }
    `,
  ];

  readonly #broadcasts = new BroadcastListController(this);

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Tabcast: live from a browser tab';
  }

  #shelf(heading: string, list: readonly BroadcastSummary[]) {
    if (list.length === 0) return nothing;
    const nowMs = Date.now();
    return html`<section aria-labelledby=${heading === 'Live now' ? 'live-now' : 'recordings'}>
      <h2 id=${heading === 'Live now' ? 'live-now' : 'recordings'}>${heading}</h2>
      <ul class="shelf">
        ${repeat(
          list,
          (broadcast) => broadcast.id,
          (broadcast) => html`<li><broadcast-card .broadcast=${broadcast} .nowMs=${nowMs}></broadcast-card></li>`,
        )}
      </ul>
    </section>`;
  }

  #empty() {
    return html`<div class="empty">
      ${icons.broadcast}
      <h2>Nobody is live yet</h2>
      <p class="quiet">Be the first: your stream appears here, and its recording stays.</p>
    </div>`;
  }

  #silentNote() {
    return html`<div class="silent">
      <p>The server does not answer. Check your connection; this page keeps trying by itself.</p>
      <button class="button" type="button" @click=${() => this.#broadcasts.refresh()}>Try now</button>
    </div>`;
  }

  protected override render() {
    const { state } = this.#broadcasts;
    const list = state.kind === 'loading' ? undefined : state.list;
    const shelves = list === undefined ? undefined : shelvesOf(list);
    return html`<site-header current="home"></site-header>
      <main tabindex="-1">
        <div class="hero">
          <h1>Live from a browser tab</h1>
          <p class="quiet">
            Share your camera and a link, and people watch moments later. Nobody has anything to install.
          </p>
          <a class="button primary large" href=${pages.studio}>Open the studio</a>
        </div>
        <div role="status">${state.kind === 'silent' ? this.#silentNote() : nothing}</div>
        <continue-watching></continue-watching>
        ${state.kind === 'loading' ? html`<p class="quiet">Looking for streams…</p>` : nothing}
        ${
          shelves === undefined
            ? nothing
            : html`${this.#shelf('Live now', shelves.onAir)}${this.#shelf('Recordings', shelves.recordings)}${
                list?.length === 0 ? this.#empty() : nothing
              }`
        }
      </main>
      <footer class="quiet small"><a href="/capabilities">What can this browser do?</a></footer>`;
  }
}

customElements.define('home-page', HomePage);

declare global {
  interface HTMLElementTagNameMap {
    'home-page': HomePage;
  }
}
