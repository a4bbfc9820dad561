import { css, html, LitElement } from 'lit';
import type { ContinueItem } from '../positions/history.ts';
import { pages } from '../protocol/urls.ts';
import { titleText } from './broadcast-list.ts';
import { icons } from './icons.ts';
import { pictureCard } from './picture-card.ts';
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
    pictureCard,
    css`
      article {
        gap: var(--tc-space-2);
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
