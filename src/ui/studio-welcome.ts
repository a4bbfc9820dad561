import { css, html, LitElement } from 'lit';
import type { SceneKind } from '../encode/scene.ts';
import { icons } from './icons.ts';
import './source-picker.ts';
import type { SceneWish } from './source-picker.ts';
import { base, controls, surfaces } from './theme.ts';

/** Why the page will ask for camera and microphone, before it does. Fires `ask`, `scene` with a `SceneWish`, or `file` with a `File`. */
export class StudioWelcome extends LitElement {
  static override properties = { isAsking: { attribute: false }, scenes: { attribute: false } };
  declare isAsking: boolean;
  /** What can be shown here instead of the camera. */
  declare scenes: readonly SceneKind[];

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .card.alone {
        gap: var(--tc-space-5);
      }
      h2 {
        font-size: var(--tc-text-2xl);
      }
      ul {
        display: grid;
        gap: var(--tc-space-4);
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--tc-space-3);
      }
      li svg {
        margin-top: 0.15rem;
        color: var(--tc-color-accent-text);
      }
      .button {
        justify-self: start;
      }
      @media (max-width: 30rem) {
        .button {
          justify-self: stretch;
          padding-block: var(--tc-space-2);
          line-height: var(--tc-leading-tight);
          white-space: normal;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.isAsking = false;
    this.scenes = [];
  }

  protected override render() {
    return html`<div class="card alone">
      <h2>First, your camera and microphone</h2>
      <ul>
        <li>${icons.camera}<span>They are what viewers will see and hear, so your browser asks you to allow both.</span></li>
        <li>${icons.broadcast}<span>Nothing leaves this tab before you press <strong>Go live</strong>: until then you only see a preview.</span></li>
        <li>${icons.refresh}<span>Then we measure this machine and your line for a few seconds, to choose qualities they can carry.</span></li>
      </ul>
      <button
        class="button primary large"
        type="button"
        ?disabled=${this.isAsking}
        @click=${() => this.dispatchEvent(new CustomEvent('ask'))}
      >
        ${this.isAsking ? 'Waiting for your answer…' : 'Use camera and microphone'}
      </button>
      <div class="others" ?hidden=${this.isAsking}>
        <source-picker
          .heading=${'Or show something else. It can be changed while you are live, too.'}
          .scenes=${this.scenes}
          @file=${({ detail }: CustomEvent<File>) => this.dispatchEvent(new CustomEvent<File>('file', { detail }))}
          @scene=${({ detail }: CustomEvent<SceneWish>) => this.dispatchEvent(new CustomEvent<SceneWish>('scene', { detail }))}
        ></source-picker>
      </div>
    </div>`;
  }
}

customElements.define('studio-welcome', StudioWelcome);

declare global {
  interface HTMLElementTagNameMap {
    'studio-welcome': StudioWelcome;
  }
}
