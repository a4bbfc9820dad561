import { css, html, LitElement, nothing } from 'lit';
import type { SceneKind } from '../encode/scene.ts';
import type { Question } from './ask-dialog.ts';
import './ask-dialog.ts';
import { icons } from './icons.ts';
import { PICTURE_NAMES } from './scene-words.ts';
import type { ProbeState, StudioPhase } from './studio-state.ts';
import { base, controls } from './theme.ts';

export type ControlWish =
  | { readonly kind: 'mute'; readonly isMuted: boolean }
  | { readonly kind: 'camera-off'; readonly isOff: boolean }
  | { readonly kind: 'go-live' }
  | { readonly kind: 'end-stream' };

const END: Question = {
  heading: 'End the stream?',
  text: 'Viewers stop seeing you, and the recording plays at the same link. A stream that has ended cannot go on.',
  yes: 'End stream',
  no: 'Keep streaming',
};

/** The buttons under the preview. Fires `wish` with a `ControlWish`; ending is asked once before it is wished. */
export class StudioControls extends LitElement {
  static override properties = {
    phase: { attribute: false },
    probe: { attribute: false },
    isMuted: { attribute: false },
    scene: { attribute: false },
    isCameraOff: { attribute: false },
    isConfirmingEnd: { state: true },
  };
  declare phase: StudioPhase;
  declare probe: ProbeState;
  declare isMuted: boolean;
  declare scene: SceneKind;
  declare isCameraOff: boolean;
  declare isConfirmingEnd: boolean;

  static override styles = [
    base,
    controls,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-3);
      }
      .main-action {
        margin-inline-start: auto;
      }
      .hint {
        flex-basis: 100%;
        text-align: end;
      }
      @media (max-width: 34rem) {
        .button {
          flex: 1 1 8rem;
          min-width: 0;
          white-space: normal;
        }
        .main-action {
          flex-basis: 100%;
          display: grid;
        }
        .hint {
          text-align: start;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.phase = { kind: 'ready' };
    this.probe = { kind: 'waiting' };
    this.isMuted = false;
    this.scene = 'camera';
    this.isCameraOff = false;
    this.isConfirmingEnd = false;
  }

  protected override willUpdate(): void {
    if (this.phase.kind !== 'live') this.isConfirmingEnd = false;
  }

  #wish(detail: ControlWish): void {
    this.dispatchEvent(new CustomEvent<ControlWish>('wish', { detail }));
  }

  /** The dialog cannot give the focus back by itself: when it closes, the button behind it is still out of reach. */
  async #keepStreaming(): Promise<void> {
    this.isConfirmingEnd = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.main-action button')?.focus();
  }

  #endStream(): void {
    this.isConfirmingEnd = false;
    this.#wish({ kind: 'end-stream' });
  }

  /** The page behind a modal dialog is out of reach; saying so also keeps one `End stream` button at a time. */
  #end() {
    const isBehind = this.isConfirmingEnd;
    return html`<span class="main-action" ?inert=${isBehind} aria-hidden=${isBehind ? 'true' : nothing}>
      <button
        class="button large danger"
        type="button"
        ?disabled=${this.phase.kind === 'ending'}
        @click=${() => {
          this.isConfirmingEnd = true;
        }}
      >
        ${icons.stop}End stream
      </button>
    </span>`;
  }

  #goLive() {
    const { phase, probe } = this;
    const isReady = phase.kind === 'ready';
    const isMeasuring = isReady && (probe.kind === 'running' || probe.kind === 'waiting');
    return html`<span class="main-action">
        <button
          class="button primary large"
          type="button"
          ?disabled=${!isReady || probe.kind !== 'done'}
          @click=${() => this.#wish({ kind: 'go-live' })}
        >
          ${icons.broadcast}${phase.kind === 'starting' ? 'Going live…' : 'Go live'}
        </button>
      </span>
      ${
        isMeasuring
          ? html`<p class="hint small quiet">A few seconds: this machine and your line are being measured.</p>`
          : nothing
      }`;
  }

  protected override render() {
    const { isMuted, isCameraOff, scene, phase } = this;
    return html`<div class="row">
        <button class="button" type="button" @click=${() => this.#wish({ kind: 'mute', isMuted: !isMuted })}>
          ${isMuted ? icons.microphoneOff : icons.microphone}${isMuted ? 'Unmute' : 'Mute'}
        </button>
        <button class="button" type="button" @click=${() => this.#wish({ kind: 'camera-off', isOff: !isCameraOff })}>
          ${isCameraOff ? icons.cameraOff : icons.camera}${PICTURE_NAMES[scene]} ${isCameraOff ? 'on' : 'off'}
        </button>
        ${phase.kind === 'live' || phase.kind === 'ending' ? this.#end() : this.#goLive()}
      </div>
      <ask-dialog
        .question=${this.isConfirmingEnd ? END : undefined}
        @answer-no=${() => void this.#keepStreaming()}
        @answer-yes=${() => this.#endStream()}
      ></ask-dialog>`;
  }
}

customElements.define('studio-controls', StudioControls);

declare global {
  interface HTMLElementTagNameMap {
    'studio-controls': StudioControls;
  }
}
