import { css, html, LitElement, nothing } from 'lit';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import { base, controls, surfaces } from './theme.ts';
import { clockText, spokenLength } from './time-words.ts';

/** What a stream has become when it is over. */
export class StudioEnded extends LitElement {
  static override properties = { broadcastId: { attribute: false }, durationMs: { attribute: false } };
  declare broadcastId: string | undefined;
  declare durationMs: number;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      h2 {
        font-size: var(--tc-text-2xl);
      }
      .links {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
      @media (max-width: 34rem) {
        .button {
          flex: 1 1 100%;
          white-space: normal;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.broadcastId = undefined;
    this.durationMs = 0;
  }

  protected override render() {
    return html`<div class="card alone">
      <h2>Your recording is ready</h2>
      <p>
        It lasted <span class="numbers" aria-hidden="true">${clockText(this.durationMs)}</span
        ><span class="visually-hidden">${spokenLength(this.durationMs)}</span>. The recording plays at the same link, for
        everybody who has it.
      </p>
      <div class="links">
        ${
          this.broadcastId === undefined
            ? nothing
            : html`<a class="button primary large" href=${pages.watch(this.broadcastId)}>${icons.play}Watch the recording</a>`
        }
        <a class="button large" href=${pages.studio}>Start another stream</a>
      </div>
    </div>`;
  }
}

customElements.define('studio-ended', StudioEnded);

declare global {
  interface HTMLElementTagNameMap {
    'studio-ended': StudioEnded;
  }
}
