import { css, html, LitElement, nothing } from 'lit';
import type { SceneKind } from '../encode/scene.ts';
import { icons } from './icons.ts';
import { PICTURE_NAMES } from './scene-words.ts';
import type { StatusTone } from './studio-status.ts';
import { base } from './theme.ts';

/** The preview, mirrored where the camera looks at the person, ringed in red while it is on air. The picture that viewers get is not mirrored. */
export class StudioStage extends LitElement {
  static override properties = {
    tone: { attribute: false },
    scene: { attribute: false },
    preview: { attribute: false },
    canvas: { attribute: false },
    isCameraOff: { attribute: false },
    isMuted: { attribute: false },
  };
  declare tone: StatusTone;
  declare scene: SceneKind;
  declare preview: MediaStream | undefined;
  /** What the engine shows, for pictures that are no device's. */
  declare canvas: HTMLCanvasElement | undefined;
  declare isCameraOff: boolean;
  declare isMuted: boolean;

  static override styles = [
    base,
    css`
      .stage {
        position: relative;
        display: grid;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--tc-radius-l);
        background: var(--tc-color-video-backdrop);
        color: var(--tc-color-on-video);
      }
      .stage.on-air {
        box-shadow: 0 0 0 3px var(--tc-color-live);
      }
      video,
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .mirrored {
        transform: scaleX(-1);
      }
      .note {
        place-self: center;
        display: grid;
        justify-items: center;
        gap: var(--tc-space-3);
        max-width: 26rem;
        padding: var(--tc-space-6) var(--tc-space-4) var(--tc-space-4);
        text-align: center;
      }
      .note svg {
        width: 2.5rem;
        height: 2.5rem;
        opacity: 0.8;
      }
      .cover {
        position: relative;
        z-index: 1;
        display: grid;
        background: var(--tc-color-video-backdrop);
      }
      .muted {
        position: absolute;
        inset: var(--tc-space-3) auto auto var(--tc-space-3);
        z-index: 2;
        display: inline-flex;
        align-items: center;
        gap: var(--tc-space-2);
        padding: var(--tc-space-1) var(--tc-space-3);
        border-radius: var(--tc-radius-pill);
        background: var(--tc-color-video-scrim);
        font-size: var(--tc-text-s);
        font-weight: var(--tc-weight-medium);
      }
    `,
  ];

  constructor() {
    super();
    this.tone = 'off';
    this.scene = 'camera';
    this.preview = undefined;
    this.canvas = undefined;
    this.isCameraOff = false;
    this.isMuted = false;
  }

  #picture() {
    // A camera that looks away from the person shows what they see, with letters that can be read.
    if (this.canvas !== undefined) return this.#made(this.canvas);
    const isCamera = this.scene === 'camera';
    const isAway = !isCamera || this.preview?.getVideoTracks()[0]?.getSettings().facingMode === 'environment';
    const video =
      this.preview === undefined
        ? nothing
        : html`<video
            class=${isAway ? '' : 'mirrored'}
            autoplay
            playsinline
            .muted=${true}
            .srcObject=${this.preview}
            aria-label=${isCamera ? (isAway ? 'Preview of your camera' : 'Preview of your camera, mirrored as in a mirror') : 'Preview of what you share'}
          ></video>`;
    if (this.isCameraOff) return html`${video}${this.#cover()}`;
    return this.preview === undefined ? html`<p class="note">${icons.camera}Your picture appears here.</p>` : video;
  }

  /** The engine itself shows the still picture here. */
  #made(canvas: HTMLCanvasElement) {
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Preview of what viewers get');
    return html`${canvas}${this.isCameraOff ? this.#cover() : nothing}`;
  }

  #cover() {
    const heard = this.isMuted ? ' and do not hear you' : ' and hear you';
    return html`<div class="cover">
      <p class="note">${icons.cameraOff}${PICTURE_NAMES[this.scene]} off. Viewers see a still picture${heard}.</p>
    </div>`;
  }

  protected override render() {
    return html`<div class="stage ${this.tone}">
      ${this.#picture()}
      ${this.isMuted ? html`<span class="muted">${icons.microphoneOff}Muted</span>` : nothing}
    </div>`;
  }
}

customElements.define('studio-stage', StudioStage);

declare global {
  interface HTMLElementTagNameMap {
    'studio-stage': StudioStage;
  }
}
