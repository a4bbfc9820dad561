import '@awesome.me/webawesome/dist/components/copy-button/copy-button.js';
import { css, html, LitElement, nothing } from 'lit';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import { icons } from './icons.ts';
import './qr-code.ts';
import { base, controls } from './theme.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

const REACH_SENTENCES: Readonly<Record<ReservedBroadcast['reach'], string>> = {
  public: 'Anybody who has the link can open it, from anywhere.',
  lan: 'Anybody on the same network as this machine can open it: the same Wi‑Fi, for example.',
  'this-machine':
    'Only this machine can open it. To let others in, start Tabcast with a HOST or a PUBLIC_URL that they can reach.',
};

const COPY_ANSWER_MS = 3000;

/** The link to hand out: to open, to copy, to scan, and who it works for. */
export class SharePanel extends LitElement {
  static override properties = {
    broadcast: { attribute: false },
    isBeforeLive: { attribute: false },
    copyAnswer: { state: true },
  };
  declare broadcast: ReservedBroadcast | undefined;
  declare isBeforeLive: boolean;
  declare copyAnswer: 'none' | 'copied' | 'blocked';

  #timer = 0;

  static override styles = [
    base,
    controls,
    webawesomeTheme,
    css`
      section {
        display: grid;
        gap: var(--tc-space-4);
      }
      .address {
        padding: var(--tc-space-3);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-surface-sunken);
        font-family: var(--tc-font-mono);
        font-size: var(--tc-text-s);
        overflow-wrap: anywhere;
        user-select: all;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
      .actions .button {
        padding-inline: var(--tc-space-3);
      }
      .reach {
        display: flex;
        gap: var(--tc-space-2);
      }
      .with-code {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 7.5rem;
        gap: var(--tc-space-4);
        align-items: center;
      }
      .words {
        display: grid;
        gap: var(--tc-space-3);
      }
    `,
  ];

  constructor() {
    super();
    this.broadcast = undefined;
    this.isBeforeLive = true;
    this.copyAnswer = 'none';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.#timer);
  }

  /** Web Awesome's own tooltip would name the button after itself and leave it nameless while hidden. */
  #answerCopy(answer: 'copied' | 'blocked'): void {
    this.copyAnswer = answer;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.copyAnswer = 'none';
    }, COPY_ANSWER_MS);
  }

  #link(broadcast: ReservedBroadcast) {
    const isForOthers = broadcast.reach !== 'this-machine';
    const words = html`<div class="words">
      <p class="small reach">${icons.people}<span>${REACH_SENTENCES[broadcast.reach]}</span></p>
      ${
        this.isBeforeLive
          ? html`<p class="small quiet">Until you go live the page says “Not started yet”, then it starts by itself.</p>`
          : nothing
      }
    </div>`;
    return html`<p class="address">${broadcast.watchUrl}</p>
      <div class="actions">
        <wa-copy-button
          value=${broadcast.watchUrl}
          tooltip="none"
          @wa-copy=${() => this.#answerCopy('copied')}
          @wa-error=${() => this.#answerCopy('blocked')}
        >
          <button class="button" type="button">
            ${this.copyAnswer === 'copied' ? icons.check : icons.copy}${this.copyAnswer === 'copied' ? 'Copied' : 'Copy link'}
          </button>
        </wa-copy-button>
        <a class="button" href=${broadcast.watchUrl} target="_blank" rel="noopener">${icons.external}Watch page</a>
      </div>
      ${
        this.copyAnswer === 'blocked'
          ? html`<p class="small">Copying is blocked here. Select the address above instead.</p>`
          : nothing
      }
      ${
        isForOthers
          ? html`<div class="with-code">
              ${words}
              <qr-code .text=${broadcast.watchUrl} label="QR code of the watch page’s address"></qr-code>
            </div>`
          : words
      }`;
  }

  protected override render() {
    const { broadcast } = this;
    return html`<section aria-labelledby="share">
      <h2 id="share">Share</h2>
      ${broadcast === undefined ? html`<p class="quiet">Your link is being made…</p>` : this.#link(broadcast)}
    </section>`;
  }
}

customElements.define('share-panel', SharePanel);

declare global {
  interface HTMLElementTagNameMap {
    'share-panel': SharePanel;
  }
}
