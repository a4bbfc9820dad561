import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { PlayerState } from '../play/player-state.ts';
import { pages } from '../protocol/urls.ts';
import { fillingWords } from './missed-words.ts';
import { base, controls } from './theme.ts';
import { clockText } from './time-words.ts';

/** This close to what is made, waiting is waiting for the maker and not for the line. */
const NEAR_MADE_MS = 10_000;

/**
 * What lies over the picture instead of it: a sentence that says what is the matter and what to do. Fires
 * `player-retry`, `player-replay` and `player-unmute`.
 */
export class PlayerNotice extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: PlayerState;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        place-items: center;
        padding: var(--tc-space-4);
        color: #fff;
        pointer-events: none;
      }
      .note {
        display: grid;
        justify-items: center;
        gap: var(--tc-space-3);
        max-width: 32rem;
        padding: var(--tc-space-5);
        border-radius: var(--tc-radius-l);
        background: rgb(10 11 12 / 0.84);
        text-align: center;
        pointer-events: auto;
      }
      .note p {
        color: var(--tc-color-on-video-quiet);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--tc-space-2);
      }
      .sound {
        pointer-events: auto;
        border-color: transparent;
        background: #fff;
        color: #111;
      }
      .sound:hover {
        background: #e6e6e6;
      }
      .spinner {
        width: 3rem;
        height: 3rem;
        border: 4px solid rgb(255 255 255 / 0.25);
        border-top-color: #fff;
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      @media (max-width: 40rem) {
        :host {
          padding: var(--tc-space-2);
        }
        .note {
          gap: var(--tc-space-2);
          padding: var(--tc-space-3);
          font-size: var(--tc-text-s);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .spinner {
          animation-duration: 4s;
        }
      }
    `,
  ];

  #fire(name: 'player-retry' | 'player-replay' | 'player-unmute'): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  protected override render() {
    const { phase, playback, isMutedByBrowser, bufferMs, upload, positionMs } = this.state;
    switch (phase.kind) {
      case 'failed':
        return this.#note('This does not play', phase.problem.message, [
          phase.problem.canRetry ? this.#button('Try again', 'player-retry') : nothing,
          html`<a class="button" href=${pages.home}>See what is live</a>`,
        ]);
      case 'unreachable':
        // What is buffered goes on playing: no need to cover it.
        return bufferMs > 1000 && playback === 'playing' ? nothing : this.#outage(phase.nextTryAtMs);
      case 'not-started':
        return this.#note('Not started yet', 'Stay here: it starts by itself as soon as the stream does.');
      case 'interrupted':
        if (playback === 'playing') return nothing;
        return this.#creatorAway() ?? html`<div class="spinner"></div><span class="visually-hidden">Loading</span>`;
      case 'ending':
        if (playback === 'playing') return nothing;
        return this.#note('The stream has ended', 'The recording is here in a moment.');
      case 'ended':
        if (playback === 'finished') {
          const isUpload = this.state.upload !== null;
          return this.#note(
            isUpload ? 'The end' : 'The stream has ended',
            isUpload ? 'That was all of it.' : 'This is the recording.',
            [this.#button('Watch from the start', 'player-replay')],
          );
        }
        if (playback === 'buffering' && upload?.isFinished === false && positionMs > upload.madeMs - NEAR_MADE_MS)
          return this.#note(
            'Still being made',
            html`The first <span class="numbers">${clockText(upload.madeMs)}</span> can be watched. It goes on here as
              soon as the next part is ready.`,
          );
        break;
      case 'loading':
        break;
      case 'live': {
        const note = playback === 'playing' || playback === 'paused' ? undefined : this.#creatorAway();
        if (note !== undefined) return note;
        break;
      }
    }
    if (isMutedByBrowser) {
      return html`<button class="button large sound" type="button" @click=${() => this.#fire('player-unmute')}>
        Tap for sound
      </button>`;
    }
    if (playback !== 'starting' && playback !== 'buffering') return nothing;
    return html`<div class="spinner"></div><span class="visually-hidden">Loading</span>`;
  }

  /** undefined: what this viewer waits for has nothing to do with the creator. */
  #creatorAway() {
    const { outage } = this.state;
    switch (outage.kind) {
      case 'none':
        return undefined;
      case 'away':
        return this.#note('The creator is reconnecting', 'Stay here: it goes on by itself when they are back.');
      case 'filling':
        return this.#note(
          'The creator was away for a moment',
          html`What comes next is being sent.
            <span class="numbers">${fillingWords(outage.leftMs)}</span>`,
        );
    }
  }

  #outage(nextTryAtMs: number) {
    const seconds = Math.max(0, Math.ceil((nextTryAtMs - performance.now()) / 1000));
    return this.#note(
      'Reconnecting',
      html`The server does not answer. Check your connection.
        <span class="numbers">${seconds === 0 ? 'Trying now.' : `Trying again in ${seconds} s.`}</span>
        Playback goes on where it was.`,
      [this.#button('Try now', 'player-retry')],
    );
  }

  #note(heading: string, text: string | TemplateResult, actions: readonly (TemplateResult | typeof nothing)[] = []) {
    return html`<div class="note">
      <h2>${heading}</h2>
      <p>${text}</p>
      ${actions.length === 0 ? nothing : html`<div class="row">${actions}</div>`}
    </div>`;
  }

  #button(label: string, name: 'player-retry' | 'player-replay') {
    return html`<button class="button primary" type="button" @click=${() => this.#fire(name)}>${label}</button>`;
  }
}

customElements.define('player-notice', PlayerNotice);

declare global {
  interface HTMLElementTagNameMap {
    'player-notice': PlayerNotice;
  }
}
