import { css, html, LitElement } from 'lit';
import { icons } from './icons.ts';
import { base, controls, surfaces } from './theme.ts';

/** Why the page will ask for camera and microphone, before it does. Fires `ask`. */
export class StudioWelcome extends LitElement {
  static override properties = { isAsking: { attribute: false } };
  declare isAsking: boolean;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .card {
        display: grid;
        gap: var(--tc-space-5);
        padding: clamp(var(--tc-space-5), 4vw, var(--tc-space-7));
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
  }

  protected override render() {
    return html`<div class="card">
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
    </div>`;
  }
}

customElements.define('studio-welcome', StudioWelcome);

declare global {
  interface HTMLElementTagNameMap {
    'studio-welcome': StudioWelcome;
  }
}
