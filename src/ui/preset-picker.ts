import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { LadderOffer, Preset } from '../encode/ladder-offers.ts';
import { costText, PRESET_NAMES, PRESET_SENTENCES } from './preset-words.ts';
import { base } from './theme.ts';

/** What may be sent, each with what it costs here. Fires `preset` with the one that is wished. */
export class PresetPicker extends LitElement {
  static override properties = { offers: { attribute: false }, chosen: { attribute: false } };
  declare offers: readonly LadderOffer[];
  declare chosen: Preset;

  static override styles = [
    base,
    css`
      fieldset {
        display: grid;
        gap: var(--tc-space-2);
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0 0 var(--tc-space-3);
        font-size: var(--tc-text-l);
        font-weight: var(--tc-weight-bold);
      }
      label {
        position: relative;
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--tc-space-3);
        padding: var(--tc-space-3);
        border: 1px solid var(--tc-color-border);
        border-radius: var(--tc-radius-m);
        cursor: pointer;
      }
      label:has(:checked) {
        border-color: var(--tc-color-accent);
        background: var(--tc-color-accent-soft);
      }
      label:has(:focus-visible) {
        outline: var(--tc-focus-width) solid var(--tc-color-focus);
        outline-offset: var(--tc-focus-gap);
      }
      /* The whole card is what is pressed; the mark only shows what is chosen. */
      input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .mark {
        width: 1.15rem;
        height: 1.15rem;
        margin-top: 0.2rem;
        border: 2px solid var(--tc-color-border-strong);
        border-radius: var(--tc-radius-pill);
      }
      :checked + .mark {
        border: 0.35rem solid var(--tc-color-accent);
      }
      .words {
        display: grid;
        gap: 0.1rem;
      }
      .name {
        font-weight: var(--tc-weight-medium);
      }
    `,
  ];

  constructor() {
    super();
    this.offers = [];
    this.chosen = 'full';
  }

  #choose(preset: Preset): void {
    this.dispatchEvent(new CustomEvent<Preset>('preset', { detail: preset }));
  }

  #offer(offer: LadderOffer) {
    const { preset } = offer;
    const isChosen = preset === this.chosen;
    return html`<label>
      <input
        type="radio"
        name="preset"
        value=${preset}
        .checked=${live(isChosen)}
        @change=${() => this.#choose(preset)}
      />
      <span class="mark" aria-hidden="true"></span>
      <span class="words">
        <span class="name">${PRESET_NAMES[preset]}</span>
        <span class="small quiet numbers">${costText(offer)}</span>
        ${isChosen ? html`<span class="small quiet">${PRESET_SENTENCES[preset]}</span>` : nothing}
      </span>
    </label>`;
  }

  protected override render() {
    if (this.offers.length === 0) return nothing;
    return html`<fieldset>
      <legend>What to send</legend>
      ${this.offers.map((offer) => this.#offer(offer))}
    </fieldset>`;
  }
}

customElements.define('preset-picker', PresetPicker);

declare global {
  interface HTMLElementTagNameMap {
    'preset-picker': PresetPicker;
  }
}
