import { css, html, LitElement } from 'lit';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import type { HelperView } from '../protocol/lend.ts';
import { lendApi } from './lend-api.ts';
import { base, boxes } from './theme.ts';
import './upload-helpers.ts';

const LOOK_MS = 2_000;

/**
 * Before a live the choice to let helpers make its smaller pictures, fired as `helped`; with a broadcast that is live,
 * who helps.
 */
export class LiveHelpers extends LitElement {
  static override properties = {
    isHelped: { attribute: false },
    broadcast: { attribute: false },
    helpers: { state: true },
  };
  declare isHelped: boolean;
  /** Undefined before going live. */
  declare broadcast: ReservedBroadcast | undefined;
  declare helpers: readonly HelperView[];

  static override styles = [
    base,
    boxes,
    css`
      label {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--tc-space-3);
        align-items: center;
      }
      .name {
        display: flex;
        align-items: center;
        min-height: var(--tc-target);
        font-weight: var(--tc-weight-medium);
      }
    `,
  ];

  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.isHelped = false;
    this.broadcast = undefined;
    this.helpers = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  /** An origin that does not answer is the studio's own trouble, which it says elsewhere. */
  async #look(): Promise<void> {
    const { broadcast } = this;
    if (broadcast === undefined) return;
    const state = await lendApi.state(broadcast).catch(() => undefined);
    if (state !== undefined) this.helpers = state.helpers;
  }

  #choose(event: Event): void {
    const detail = (event.target as HTMLInputElement).checked;
    this.dispatchEvent(new CustomEvent<boolean>('helped', { detail }));
  }

  protected override render() {
    if (this.broadcast !== undefined)
      return html`<upload-helpers .broadcast=${this.broadcast} .helpers=${this.helpers}></upload-helpers>`;
    return html`<label>
      <input type="checkbox" .checked=${this.isHelped} @change=${(event: Event) => this.#choose(event)} />
      <span class="name">Let helpers make the smaller pictures</span>
      <span></span>
      <span class="small quiet">
        For a weak machine or a thin line: this tab sends its largest picture only. While you are live you can invite
        others, whose tabs make the smaller ones of it. Helpers see the video. As long as nobody helps, viewers get the
        largest picture and no other.
      </span>
    </label>`;
  }
}

customElements.define('live-helpers', LiveHelpers);

declare global {
  interface HTMLElementTagNameMap {
    'live-helpers': LiveHelpers;
  }
}
