import { css, html, LitElement, nothing } from 'lit';
import type { ToLook } from '../../workers/look-messages.ts';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import type { HelpState } from '../protocol/lend.ts';
import { lendApi } from './lend-api.ts';
import { looksText } from './lend-words.ts';
import { base, boxes, surfaces } from './theme.ts';
import './upload-helpers.ts';

const LOOK_MS = 2_000;

/**
 * Before a live the choice to let helpers make its smaller pictures, fired as `helped`; with a broadcast that is live,
 * who helps; after it, that they are not done yet. What the origin says of helpers is fired as `help`.
 */
export class LiveHelpers extends LitElement {
  static override properties = {
    isHelped: { attribute: false },
    isOver: { attribute: false },
    broadcast: { attribute: false },
    state: { state: true },
    isAllOwn: { state: true },
  };
  declare isHelped: boolean;
  /** The live has ended: what lacks is made and looked at. */
  declare isOver: boolean;
  /** Undefined before going live. */
  declare broadcast: ReservedBroadcast | undefined;
  declare state: HelpState | undefined;
  /** This tab looks at everything that helpers make. */
  declare isAllOwn: boolean;

  static override styles = [
    base,
    boxes,
    surfaces,
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

  #worker: Worker | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.isHelped = false;
    this.isOver = false;
    this.broadcast = undefined;
    this.state = undefined;
    this.isAllOwn = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** An origin that does not answer is the studio's own trouble, which it says elsewhere. */
  async #look(): Promise<void> {
    const { broadcast } = this;
    if (broadcast === undefined) return;
    const state = await lendApi.state(broadcast).catch(() => undefined);
    if (state === undefined || !this.isConnected) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent<HelpState>('help', { detail: state }));
    if (state.helpers.length > 0 && this.#worker === undefined) this.#lookAtWork(broadcast);
  }

  #lookAtWork({ id: broadcastId, token }: ReservedBroadcast): void {
    this.#worker = new Worker(new URL('../../workers/look.worker.ts', import.meta.url), { type: 'module' });
    this.#tellWorker({ kind: 'begin', baseUrl: location.origin, broadcastId, token, isAll: this.isAllOwn });
  }

  #tellWorker(message: ToLook): void {
    this.#worker?.postMessage(message);
  }

  #chooseAll(event: Event): void {
    this.isAllOwn = (event.target as HTMLInputElement).checked;
    this.#tellWorker({ kind: 'wish', isAll: this.isAllOwn });
  }

  #live(broadcast: ReservedBroadcast) {
    const { looks, helpers = [] } = this.state ?? {};
    if (this.isOver)
      return helpers.some(({ isHere }) => isHere)
        ? html`<p class="card small" role="status">
            Helpers are making the smaller pictures where they lack. Leave this page open until they are done: this tab
            looks at what they make.
          </p>`
        : nothing;
    const who = html`<upload-helpers .broadcast=${broadcast} .helpers=${helpers}></upload-helpers>`;
    if (helpers.length === 0 || looks === undefined || looks === null) return who;
    return html`${who}
      <p class="small" data-figure="looks">${looksText(looks)}</p>
      <label>
        <input type="checkbox" .checked=${this.isAllOwn} @change=${(event: Event) => this.#chooseAll(event)} />
        <span class="name">This tab looks at all of it itself</span>
        <span></span>
        <span class="small quiet">
          Otherwise helpers look at each other’s pieces, and this tab at a few of them and whenever one accuses another.
        </span>
      </label>`;
  }

  #choose(event: Event): void {
    const detail = (event.target as HTMLInputElement).checked;
    this.dispatchEvent(new CustomEvent<boolean>('helped', { detail }));
  }

  protected override render() {
    if (this.broadcast !== undefined) return this.#live(this.broadcast);
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
