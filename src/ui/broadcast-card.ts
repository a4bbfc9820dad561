import { css, html, LitElement, nothing } from 'lit';
import type { Visibility } from '../protocol/accounts.ts';
import type { BroadcastSummary } from '../protocol/broadcast.ts';
import { pages } from '../protocol/urls.ts';
import { isOnAir, titleText } from './broadcast-list.ts';
import { icons } from './icons.ts';
import { pictureCard } from './picture-card.ts';
import { base, surfaces } from './theme.ts';
import { clockText, spokenLength, whenText } from './time-words.ts';

/** Only its owner meets one that is not public in a list. */
const HIDDEN_WORDS: Readonly<Record<Visibility, string>> = {
  public: '',
  unlisted: ' · Unlisted',
  private: ' · Private',
};

/** One stream on the home page: its picture, whether it is live, its name, when and how long. */
export class BroadcastCard extends LitElement {
  static override properties = {
    broadcast: { attribute: false },
    nowMs: { attribute: false },
    failedPoster: { state: true },
  };
  declare broadcast: BroadcastSummary | undefined;
  declare nowMs: number;
  /** The poster address that did not load; a newer one is tried again. */
  declare failedPoster: string | undefined;

  static override styles = [
    base,
    surfaces,
    pictureCard,
    css`
      article {
        gap: var(--tc-space-3);
        height: 100%;
        align-content: start;
      }
      .picture {
        transition: box-shadow var(--tc-motion-slow);
      }
      article:hover .picture {
        box-shadow: var(--tc-shadow-2);
      }
      .placeholder svg {
        width: 2.75rem;
        height: 2.75rem;
        opacity: 0.75;
      }
      .badge {
        position: absolute;
        left: var(--tc-space-3);
        top: var(--tc-space-3);
      }
      .badge.waiting {
        background: var(--tc-color-surface);
      }
      .length {
        position: absolute;
        right: var(--tc-space-3);
        bottom: var(--tc-space-3);
        padding: 0 var(--tc-space-2);
        border-radius: var(--tc-radius-s);
        background: rgb(0 0 0 / 0.76);
        color: var(--tc-color-on-video);
        font-size: var(--tc-text-xs);
        line-height: 1.7;
      }
      .dot {
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: currentColor;
      }
      h3 {
        margin-block-end: var(--tc-space-1);
      }
      h3 a {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
    `,
  ];

  constructor() {
    super();
    this.broadcast = undefined;
    this.nowMs = Date.now();
    this.failedPoster = undefined;
  }

  #badge(broadcast: BroadcastSummary) {
    if (broadcast.state === 'live')
      return html`<span class="badge live"><span class="dot" aria-hidden="true"></span>Live</span>`;
    if (broadcast.state === 'interrupted') return html`<span class="badge waiting">Interrupted</span>`;
    if (broadcast.state === 'processing') return html`<span class="badge waiting">Just ended</span>`;
    return nothing;
  }

  #picture(broadcast: BroadcastSummary) {
    const { posterUrl } = broadcast;
    if (posterUrl === null || posterUrl === this.failedPoster)
      return html`<span class="placeholder">${isOnAir(broadcast) ? icons.broadcast : icons.play}</span>`;
    return html`<img
      src=${posterUrl}
      alt=""
      loading="lazy"
      decoding="async"
      @error=${() => {
        this.failedPoster = posterUrl;
      }}
    />`;
  }

  protected override render() {
    const { broadcast } = this;
    if (broadcast === undefined) return nothing;
    const since = broadcast.startedAt === null ? '' : whenText(broadcast.startedAt, this.nowMs);
    return html`<article>
      <div class="picture">
        ${this.#picture(broadcast)}${this.#badge(broadcast)}
        <span class="length numbers">
          <span aria-hidden="true">${clockText(broadcast.durationMs)}</span>
          <span class="visually-hidden">Length: ${spokenLength(broadcast.durationMs)}</span>
        </span>
      </div>
      <div>
        <h3><a href=${pages.watch(broadcast.id)}>${titleText(broadcast.title)}</a></h3>
        <p class="quiet small">${isOnAir(broadcast) ? `Started ${since.charAt(0).toLowerCase()}${since.slice(1)}` : since}${HIDDEN_WORDS[broadcast.visibility]}</p>
      </div>
    </article>`;
  }
}

customElements.define('broadcast-card', BroadcastCard);

declare global {
  interface HTMLElementTagNameMap {
    'broadcast-card': BroadcastCard;
  }
}
