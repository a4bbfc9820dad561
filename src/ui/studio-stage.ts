import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import type { StatusTone } from './studio-status.ts';
import { base } from './theme.ts';

/** The preview, mirrored where the camera looks at the person, ringed in red while it is on air. The picture that viewers get is not mirrored. */
export class StudioStage extends LitElement {
  static override properties = {
    tone: { attribute: false },
    preview: { attribute: false },
    isCameraOff: { attribute: false },
    isMuted: { attribute: false },
  };
  declare tone: StatusTone;
  declare preview: MediaStream | undefined;
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
      video {
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
    this.preview = undefined;
    this.isCameraOff = false;
    this.isMuted = false;
  }

  #picture() {
    // A camera that looks away from the person shows what they see, with letters that can be read.
    const isAway = this.preview?.getVideoTracks()[0]?.getSettings().facingMode === 'environment';
    const video =
      this.preview === undefined
        ? nothing
        : html`<video
            class=${isAway ? '' : 'mirrored'}
            autoplay
            playsinline
            .muted=${true}
            .srcObject=${this.preview}
            aria-label=${isAway ? 'Preview of your camera' : 'Preview of your camera, mirrored as in a mirror'}
          ></video>`;
    if (this.isCameraOff)
      return html`${video}
        <div class="cover"><p class="note">${icons.cameraOff}Camera off. Viewers see a still picture${this.isMuted ? ' and hear nothing' : ' and hear you'}.</p></div>`;
    return this.preview === undefined ? html`<p class="note">${icons.camera}Your picture appears here.</p>` : video;
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
