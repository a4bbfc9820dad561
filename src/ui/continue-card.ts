import { css, html, LitElement } from 'lit';
import type { ContinueItem } from '../positions/history.ts';
import { pages } from '../protocol/urls.ts';
import { titleText } from './broadcast-list.ts';
import { icons } from './icons.ts';
import { base, controls } from './theme.ts';
import { clockText, spokenLength } from './time-words.ts';

/** One thing to go on with: its picture, how far it is, how much is left, and a way to take it off the list. */
export class ContinueCard extends LitElement {
  static override properties = { item: { attribute: false }, hasPicture: { state: true } };
  declare item: ContinueItem;
  declare hasPicture: boolean;

  static override styles = [
    base,
    controls,
    css`
      article {
        position: relative;
        display: grid;
        gap: var(--tc-space-2);
      }
      .picture {
        position: relative;
        display: grid;
        place-items: center;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border: 1px solid var(--tc-color-border);
        border-radius: var(--tc-radius-l);
        background: linear-gradient(145deg, var(--tc-color-accent-soft), var(--tc-color-surface-sunken));
        color: var(--tc-color-accent-text);
      }
      img {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
        background: var(--tc-color-video-backdrop);
      }
      progress {
        position: absolute;
        inset: auto 0 0;
        width: 100%;
        height: 5px;
        border: 0;
        background: rgb(0 0 0 / 0.6);
        appearance: none;
      }
      progress::-webkit-progress-bar {
        background: rgb(0 0 0 / 0.6);
      }
      progress::-webkit-progress-value {
        background: #58c8be;
      }
      progress::-moz-progress-bar {
        background: #58c8be;
      }
      .line {
        display: flex;
        align-items: start;
        gap: var(--tc-space-2);
      }
      .words {
        flex: 1;
        min-width: 0;
      }
      h3 {
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      h3 a {
        color: inherit;
        text-decoration: none;
      }
      h3 a::after {
        content: '';
        position: absolute;
        inset: 0;
        border-radius: var(--tc-radius-l);
      }
      h3 a:hover {
        text-decoration: underline;
      }
      h3 a:focus-visible {
        outline: none;
      }
      h3 a:focus-visible::after {
        outline: var(--tc-focus-width) solid var(--tc-color-focus);
        outline-offset: 4px;
      }
      .remove {
        position: relative;
        z-index: 1;
        min-width: var(--tc-target);
        padding: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.hasPicture = true;
  }

  protected override render() {
    const { broadcast, position, progress, leftMs } = this.item;
    const title = titleText(broadcast.title);
    const left =
      leftMs === null
        ? html`Live now, you were at ${clockText(position.mediaMs)}`
        : html`<span aria-hidden="true">${clockText(leftMs)} left</span
            ><span class="visually-hidden">${spokenLength(leftMs)} left</span>`;
    return html`<article>
      <div class="picture">
        ${icons.play}
        ${
          broadcast.posterUrl !== null && this.hasPicture
            ? html`<img
                src=${broadcast.posterUrl}
                alt=""
                loading="lazy"
                decoding="async"
                @error=${() => {
                  this.hasPicture = false;
                }}
              />`
            : ''
        }
        ${progress === null ? '' : html`<progress max="1" value=${progress} aria-label="Watched of ${title}"></progress>`}
      </div>
      <div class="line">
        <div class="words">
          <h3><a href=${pages.watch(broadcast.id)}>${title}</a></h3>
          <p class="quiet small numbers">${left}</p>
        </div>
        <button
          class="button quiet-button remove"
          type="button"
          aria-label="Remove ${title}"
          @click=${() => this.dispatchEvent(new CustomEvent('remove', { detail: broadcast.id }))}
        >
          ${icons.close}
        </button>
      </div>
    </article>`;
  }
}

customElements.define('continue-card', ContinueCard);

declare global {
  interface HTMLElementTagNameMap {
    'continue-card': ContinueCard;
  }
}
