import { css, html, LitElement, nothing } from 'lit';
import type { PlayerState } from '../play/player-state.ts';
import { CATCH_UP_SPEED, type PlayerWish } from './player-commands.ts';
import { playerIcons } from './player-icons.ts';
import './player-menu.ts';
import './player-seek-bar.ts';
import { behind, clockLength, readyAhead, wallClock } from './player-words.ts';
import { base } from './theme.ts';

/** The bar over the picture. Fires `player-wish`; `player-seek` and `player-choice` come from its parts. */
export class PlayerControls extends LitElement {
  static override properties = {
    broadcastId: { attribute: 'broadcast-id' },
    state: { attribute: false },
    isStatisticsShown: { type: Boolean },
    isFullScreen: { type: Boolean },
    canPictureInPicture: { type: Boolean },
  };
  declare broadcastId: string;
  declare state: PlayerState;
  declare isStatisticsShown: boolean;
  declare isFullScreen: boolean;
  declare canPictureInPicture: boolean;

  static override styles = [
    base,
    css`
      :host {
        padding: var(--tc-space-7) var(--tc-space-3) var(--tc-space-2);
        background: linear-gradient(to top, rgb(0 0 0 / 0.78), rgb(0 0 0 / 0.5) 55%, transparent);
        color: #fff;
        pointer-events: none;
      }
      player-seek-bar,
      .row > * {
        pointer-events: auto;
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--tc-space-1);
      }
      .spacer {
        flex: 1;
      }
      button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: var(--tc-space-2);
        min-width: var(--tc-target);
        height: var(--tc-target);
        padding: 0;
        border: 0;
        border-radius: var(--tc-radius-m);
        background: transparent;
        color: inherit;
        font: inherit;
        font-size: var(--tc-text-s);
        font-weight: var(--tc-weight-medium);
        white-space: nowrap;
        cursor: pointer;
      }
      button:hover {
        background: rgb(255 255 255 / 0.16);
      }
      :focus-visible {
        outline-color: #8ab4ff;
      }
      .live,
      .catch-up {
        padding: 0 var(--tc-space-3);
      }
      .catch-up[aria-pressed='true'] {
        background: rgb(255 255 255 / 0.24);
      }
      .dot {
        width: 0.6rem;
        height: 0.6rem;
        border-radius: 50%;
        background: #9aa1a8;
      }
      .live.at .dot {
        background: #ff4459;
        box-shadow: 0 0 0 3px rgb(255 68 89 / 0.3);
      }
      .time {
        padding-inline: var(--tc-space-2);
        font-size: var(--tc-text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .time .quiet,
      .distance {
        color: var(--tc-color-on-video-quiet);
        font-size: var(--tc-text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .ready {
        padding-inline: var(--tc-space-2);
        font-size: var(--tc-text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .distance {
        margin-inline-start: calc(-1 * var(--tc-space-1));
        padding-inline-end: var(--tc-space-2);
      }
      .volume {
        width: 5rem;
        height: var(--tc-target);
        margin: 0 var(--tc-space-2) 0 0;
        accent-color: #fff;
        cursor: pointer;
      }
      @media (max-width: 40rem) {
        .volume,
        .behind,
        .catch-up,
        .time .quiet {
          display: none;
        }
        :host {
          padding-inline: var(--tc-space-2);
        }
        .ready {
          position: absolute;
          inset-block-start: var(--tc-space-3);
          inset-inline-end: 0;
        }
      }
      @media (max-width: 28rem) {
        .time {
          display: none;
        }
        .live {
          padding: 0 var(--tc-space-2);
        }
        .row {
          gap: 0;
        }
      }
    `,
  ];

  #wish(detail: PlayerWish): void {
    this.dispatchEvent(new CustomEvent('player-wish', { detail, bubbles: true, composed: true }));
  }

  protected override render() {
    const { state } = this;
    const isLive = state.phase.kind !== 'ended';
    return html`
      <player-seek-bar
        .positionMs=${state.positionMs}
        .endMs=${state.endMs}
        .bufferMs=${state.bufferMs}
        .startedAtMs=${state.startedAtMs}
        .broadcastId=${this.broadcastId}
        .strips=${state.strips}
        .holes=${state.holes}
        ?isLive=${isLive}
        ?isAtLive=${state.isFollowingLive}
      ></player-seek-bar>
      <div class="row" role="group" aria-label="Player">
        ${this.#playButton()} ${this.#volume()} ${isLive ? this.#liveButton() : nothing} ${this.#time(isLive)}
        ${state.playback === 'paused' ? html`<span class="ready">${readyAhead(state.bufferMs)}</span>` : nothing}
        <span class="spacer"></span>
        <player-menu .state=${state} ?isStatisticsShown=${this.isStatisticsShown}></player-menu>
        ${this.#pictureInPicture()} ${this.#fullScreen()}
      </div>
    `;
  }

  #playButton() {
    const { playback } = this.state;
    const isStopped = playback === 'paused' || playback === 'finished';
    return html`<button
      type="button"
      aria-label=${isStopped ? 'Play' : 'Pause'}
      title=${isStopped ? 'Play (k)' : 'Pause (k)'}
      @click=${() => this.#wish({ kind: 'toggle-play' })}
    >
      ${isStopped ? playerIcons.play : playerIcons.pause}
    </button>`;
  }

  #volume() {
    const { volume, isMuted } = this.state;
    const isSilent = isMuted || volume === 0;
    return html`<button
        type="button"
        aria-label=${isSilent ? 'Unmute' : 'Mute'}
        title=${isSilent ? 'Unmute (m)' : 'Mute (m)'}
        @click=${() => this.#wish({ kind: 'toggle-mute' })}
      >
        ${isSilent ? playerIcons.mute : volume < 0.5 ? playerIcons.quiet : playerIcons.loud}
      </button>
      <input
        class="volume"
        type="range"
        aria-label="Volume"
        aria-valuetext="${Math.round((isSilent ? 0 : volume) * 100)} %"
        min="0"
        max="1"
        step="0.05"
        .value=${String(isSilent ? 0 : volume)}
        @input=${(event: Event) =>
          this.#wish({ kind: 'volume', volume: Number((event.target as HTMLInputElement).value) })}
      />`;
  }

  /** At the edge it says how close; away from it, how far behind, and a press goes there. */
  #liveButton() {
    const { isFollowingLive, latencyMs } = this.state;
    const distance = latencyMs === undefined ? '' : behind(latencyMs);
    return html`<button
        class="live ${isFollowingLive ? 'at' : ''}"
        type="button"
        aria-label="Go to live"
        aria-describedby="distance"
        title="Go to live"
        @click=${() => this.#wish({ kind: 'go-live' })}
      >
        <span class="dot"></span>
        <span>${isFollowingLive ? 'Live' : 'Go to live'}</span>
      </button>
      <span class="distance" id="distance">${distance}<span class="behind"> behind</span></span>
      ${isFollowingLive ? nothing : this.#catchUpButton()}`;
  }

  #catchUpButton() {
    const isOn = this.state.speed > 1;
    return html`<button
      class="catch-up"
      type="button"
      aria-pressed=${isOn}
      @click=${() => this.#wish({ kind: 'catch-up', isOn: !isOn })}
    >
      ${isOn ? this.state.speed : CATCH_UP_SPEED}× until live
    </button>`;
  }

  #time(isLive: boolean) {
    const { positionMs, endMs, startedAtMs } = this.state;
    const at = startedAtMs === undefined ? '' : wallClock(startedAtMs + positionMs);
    return html`<span class="time">
      ${isLive ? html`${at}` : html`${clockLength(positionMs)} <span class="quiet">/ ${clockLength(endMs)} · ${at}</span>`}
    </span>`;
  }

  #pictureInPicture() {
    if (!this.canPictureInPicture) return nothing;
    return html`<button
      type="button"
      aria-label="Picture in picture"
      title="Picture in picture"
      @click=${() => this.#wish({ kind: 'picture-in-picture' })}
    >
      ${playerIcons.pictureInPicture}
    </button>`;
  }

  #fullScreen() {
    const name = this.isFullScreen ? 'Leave full screen' : 'Full screen';
    return html`<button
      type="button"
      aria-label=${name}
      title="${name} (f)"
      @click=${() => this.#wish({ kind: 'full-screen' })}
    >
      ${this.isFullScreen ? playerIcons.leaveFullScreen : playerIcons.fullScreen}
    </button>`;
  }
}

customElements.define('player-controls', PlayerControls);

declare global {
  interface HTMLElementTagNameMap {
    'player-controls': PlayerControls;
  }
}
