import { html, LitElement } from 'lit';
import { base } from './theme.ts';
import { clockText } from './time-words.ts';

const TICK_MS = 1000;

/** A running clock since `startedAtMs`. It stands outside of live regions: read on demand, not each second. */
export class LiveClock extends LitElement {
  static override properties = { startedAtMs: { attribute: false } };
  declare startedAtMs: number;
  static override styles = [base];

  #timer = 0;

  constructor() {
    super();
    this.startedAtMs = Date.now();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.#timer);
  }

  protected override render() {
    return html`<span class="numbers" role="timer" aria-label="Time live">${clockText(Date.now() - this.startedAtMs)}</span>`;
  }
}

customElements.define('live-clock', LiveClock);

declare global {
  interface HTMLElementTagNameMap {
    'live-clock': LiveClock;
  }
}
