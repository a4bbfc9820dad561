import { css, html, LitElement, nothing } from 'lit';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import { leftSentence } from './studio-status.ts';
import { base, controls, surfaces } from './theme.ts';

/** `wish` carries one of these; each is a call on the studio's controller. */
export type UnfinishedWish = 'resume' | 'finish' | 'startAnew';

/** A broadcast that an earlier tab left, and what can become of it. Fires `wish`. */
export class StudioUnfinished extends LitElement {
  static override properties = { left: { attribute: false } };
  declare left: UnfinishedBroadcast;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      h2 {
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
      @media (max-width: 34rem) {
        .button {
          flex: 1 1 100%;
        }
      }
    `,
  ];

  #wish(wish: UnfinishedWish): void {
    this.dispatchEvent(new CustomEvent<UnfinishedWish>('wish', { detail: wish }));
  }

  #advice(): string {
    switch (this.left.state) {
      case 'open':
        return 'Resume goes on at the same link; viewers who wait see you again. End sends what is left and completes the recording.';
      case 'over':
        return 'It can no longer go on live. End sends what is left and completes the recording.';
      case 'elsewhere':
        return 'Resume moves it to this tab and stops the other one. End ends it for everybody.';
    }
  }

  protected override render() {
    return html`<div class="card alone">
      <h2>${leftSentence(this.left)}</h2>
      <p class="quiet">${this.#advice()}</p>
      <div class="actions">
        ${
          this.left.state === 'over'
            ? nothing
            : html`<button class="button primary large" type="button" @click=${() => this.#wish('resume')}>Resume</button>`
        }
        <button class="button large" type="button" @click=${() => this.#wish('finish')}>End</button>
        <button class="button large" type="button" @click=${() => this.#wish('startAnew')}>Start another stream</button>
      </div>
    </div>`;
  }
}

customElements.define('studio-unfinished', StudioUnfinished);

declare global {
  interface HTMLElementTagNameMap {
    'studio-unfinished': StudioUnfinished;
  }
}
