import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import type { FromLend, LendState, LendWorkView, ToLend } from '../../workers/lend-messages.ts';
import { MAX_HELPER_NAME_CHARS } from '../protocol/lend.ts';
import { parseLendLink } from '../protocol/urls.ts';
import { deviceName } from './device-name.ts';
import { icons } from './icons.ts';
import { piecesText, statusOfLend, stepWords } from './lend-words.ts';
import './problem-note.ts';
import { heightText } from './rate-words.ts';
import './site-header.ts';
import { base, controls, fields, page, surfaces } from './theme.ts';
import { clockText } from './time-words.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

/** `/lend#<token>`: this tab makes pieces of somebody else's recording. One page, one button. */
export class LendPage extends LitElement {
  static override properties = { state: { state: true }, problem: { state: true } };
  declare state: LendState | undefined;
  declare problem: { readonly code: string; readonly message: string } | undefined;

  static override styles = [
    base,
    page,
    controls,
    fields,
    surfaces,
    webawesomeTheme,
    css`
      main {
        max-width: 40rem;
      }
      h1 {
        margin-block-end: var(--tc-space-4);
        overflow-wrap: anywhere;
      }
      .card,
      form {
        display: grid;
        justify-items: stretch;
        gap: var(--tc-space-4);
      }
      .button {
        justify-self: start;
      }
      .see {
        display: flex;
        gap: var(--tc-space-2);
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3) var(--tc-space-6);
      }
      dt {
        color: var(--tc-color-text-quiet);
        font-size: var(--tc-text-s);
      }
      dd {
        font-size: var(--tc-text-l);
        font-variant-numeric: tabular-nums;
      }
      ul {
        display: grid;
        gap: var(--tc-space-3);
      }
      li {
        display: grid;
        gap: var(--tc-space-1);
      }
      wa-progress-bar {
        --track-height: 0.5rem;
      }
    `,
  ];

  #worker: Worker | undefined;

  constructor() {
    super();
    this.state = undefined;
    this.problem = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Lend this tab · Tabcast';
    window.addEventListener('hashchange', this.#open);
    this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#open);
    this.#worker?.terminate();
  }

  readonly #open = (): void => {
    this.#worker?.terminate();
    this.state = undefined;
    this.problem = undefined;
    const invitation = parseLendLink(location.hash);
    if (invitation === undefined) {
      const message = 'This is not a whole invitation. Open the link as it was sent to you.';
      this.problem = { code: 'bad_link', message };
      return;
    }
    if (!window.isSecureContext) {
      const message = 'Browsers make video only on pages that came over HTTPS. Ask for a link that begins with https.';
      this.problem = { code: 'insecure', message };
      return;
    }
    const worker = new Worker(new URL('../../workers/lend.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromLend>) => {
      this.state = data.state;
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.problem = { code: 'worker_stopped', message: 'The work stopped, perhaps for want of memory.' };
    };
    this.#worker = worker;
    this.#send({ kind: 'look', invitation, baseUrl: location.origin });
  };

  #send(message: ToLend): void {
    this.#worker?.postMessage(message);
  }

  #begin(event: SubmitEvent): void {
    event.preventDefault();
    const typed = this.renderRoot.querySelector<HTMLInputElement>('#name')?.value.trim() ?? '';
    this.#send({ kind: 'help', name: typed === '' ? deviceName() : typed });
  }

  #ask(state: LendState) {
    const isAgain = state.phase.kind === 'stopped';
    return html`<form @submit=${(event: SubmitEvent) => this.#begin(event)}>
      ${
        isAgain
          ? nothing
          : state.isLive
            ? html`<p>
                Somebody asks you to help with this live broadcast. This tab will get its best picture while it goes on,
                make ${state.heights.map(heightText).join(', ')} of it, and send them back at once. It takes processor,
                memory and line while it runs, and nothing is kept afterwards.
              </p>`
            : html`<p>
              Somebody asks you to help with this recording. This tab will get pieces of ten seconds of it, make them in
              ${state.heights.map(heightText).join(', ')}, and send them back. It takes processor, memory and line while it
              runs, and nothing is kept afterwards.
            </p>`
      }
      <p class="small see">${icons.info}<span>Whoever helps gets the video itself, before others see it.</span></p>
      ${
        isAgain
          ? nothing
          : html`<div class="field">
              <label for="name">Your name, for the creator</label>
              <input id="name" type="text" maxlength=${MAX_HELPER_NAME_CHARS} .value=${deviceName()} autocomplete="off" />
            </div>`
      }
      <button class="button primary large" type="submit">${isAgain ? 'Go on helping' : 'Lend this tab'}</button>
    </form>`;
  }

  #row({ segment, step, progress }: LendWorkView) {
    const where = `${clockText(segment * 10_000)} to ${clockText((segment + 1) * 10_000)}`;
    return html`<li>
      <p class="small">${where}: ${stepWords(step)}</p>
      <wa-progress-bar value=${Math.round(progress * 100)} label=${`${where}, ${stepWords(step)}`}></wa-progress-bar>
    </li>`;
  }

  #helping(state: LendState) {
    return html`<dl>
        <div>
          <dt>Pictures a second</dt>
          <dd data-figure="rate">${Math.round(state.framesPerSecond)}</dd>
        </div>
        <div>
          <dt>Pieces made</dt>
          <dd data-figure="made">${state.brought}</dd>
        </div>
        <div>
          <dt>Of them published</dt>
          <dd data-figure="published">${state.published}</dd>
        </div>
      </dl>
      ${
        state.work.length === 0
          ? html`<p class="quiet">
              Nothing to make at this moment: the next piece comes by itself${
                state.isLive ? ', and this tab follows the picture, ready to go on when another stops' : ''
              }.
            </p>`
          : html`<ul aria-label="In work">
              ${state.work.map((one) => this.#row(one))}
            </ul>`
      }
      <button class="button large" type="button" @click=${() => this.#send({ kind: 'stop' })}>Stop helping</button>
      <p class="small quiet">Stop, or close the tab, whenever you like: what is half done is made by somebody else.</p>`;
  }

  #body(state: LendState) {
    switch (state.phase.kind) {
      case 'looking':
      case 'joining':
        return nothing;
      case 'invited':
      case 'stopped':
        return this.#ask(state);
      case 'helping':
        return this.#helping(state);
      case 'over':
        return html`<p>Thank you. This tab made ${piecesText(state.published)} of ${state.isLive ? 'it' : 'the recording'}. You may close it now.</p>`;
      case 'refused':
        return html`<problem-note .problem=${{ ...state.phase.error, remedy: 'none' }}></problem-note>`;
    }
  }

  protected override render() {
    const { state, problem } = this;
    const title = state?.title ?? '';
    return html`<site-header></site-header>
      <main tabindex="-1">
        <h1>${title === '' ? 'Lend this tab' : title}</h1>
        <div class="card">
          ${
            problem !== undefined
              ? html`<problem-note .problem=${{ ...problem, remedy: 'none' }}></problem-note>`
              : html`<h2><span role="status">${statusOfLend(state)}</span></h2>
                  ${state === undefined ? nothing : this.#body(state)}`
          }
        </div>
      </main>`;
  }
}

customElements.define('lend-page', LendPage);

declare global {
  interface HTMLElementTagNameMap {
    'lend-page': LendPage;
  }
}
