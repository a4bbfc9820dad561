import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import type { RecordingState } from '../../workers/recording-messages.ts';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import './problem-note.ts';
import './share-panel.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';
import { clockText } from './time-words.ts';
import './upload-helpers.ts';
import './upload-map.ts';
import { countSegments, leftText, madeByWords } from './upload-state.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

export type UploadWish = 'pause' | 'go-on' | 'retry' | 'helpers-changed';

/** An upload: what it is, how far it is, what can be done. Fires `wish` with an `UploadWish`. */
export class UploadView extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: RecordingState | undefined;

  static override styles = [
    base,
    page,
    controls,
    surfaces,
    webawesomeTheme,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr);
        align-items: start;
        gap: var(--tc-space-5);
      }
      .card {
        display: grid;
        gap: var(--tc-space-4);
      }
      .side {
        display: grid;
        gap: var(--tc-space-5);
      }
      h1 {
        margin-block-end: var(--tc-space-4);
        overflow-wrap: anywhere;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--tc-space-3);
      }
      wa-progress-bar {
        --track-height: 0.6rem;
      }
      @media (max-width: 56rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  #wish(wish: UploadWish): void {
    this.dispatchEvent(new CustomEvent<UploadWish>('wish', { detail: wish }));
  }

  #status(state: RecordingState): string {
    const { done, total, setAside } = countSegments(state.segments);
    switch (state.phase.kind) {
      case 'opening':
        return 'The file is being looked at…';
      case 'failed':
        return 'The upload has stopped';
      case 'complete':
        return 'All of it is there';
      case 'paused':
        return 'Paused';
      case 'stuck':
        return `${setAside} of ${total} pieces could not be made`;
      case 'making':
        if (!state.isConnected) return 'Reconnecting: what is made waits here';
        return done === total ? 'The last pieces are being sent' : leftText(state.leftMs);
    }
  }

  #source(state: RecordingState) {
    const { source } = state;
    if (source === undefined) return nothing;
    const sound = source.hasSound ? '' : ', no sound';
    return html`<p class="quiet small">
      ${source.width} × ${source.height}, ${source.frameRate} pictures a second,
      <span class="numbers">${clockText(source.durationMs)}</span>${sound}.
    </p>`;
  }

  #button(state: RecordingState) {
    switch (state.phase.kind) {
      case 'making':
        return html`<button class="button" type="button" @click=${() => this.#wish('pause')}>Pause</button>`;
      case 'paused':
        return html`<button class="button primary" type="button" @click=${() => this.#wish('go-on')}>Go on</button>`;
      case 'stuck':
        return html`<button class="button primary" type="button" @click=${() => this.#wish('retry')}>Try them again</button>`;
      default:
        return nothing;
    }
  }

  #progress(state: RecordingState) {
    const { share, done, total } = countSegments(state.segments);
    if (total === 0) return nothing;
    const percent = Math.floor(share * 100);
    const isMaking = state.phase.kind === 'making' && done < total;
    return html`<wa-progress-bar value=${percent} label="Made so far"></wa-progress-bar>
      <p class="small quiet numbers">
        ${percent} % · ${done} of ${total} pieces of ten
        seconds${isMaking ? html` · ${madeByWords(state)}` : nothing}${state.soundShare < 1 ? html` · sound ${Math.floor(state.soundShare * 100)} %` : nothing}
      </p>
      <upload-map .segments=${state.segments} .heights=${state.heights}></upload-map>
      ${state.segments
        .filter((one) => one.state === 'set-aside')
        .slice(0, 3)
        .map((one) => html`<p class="small">From ${clockText(one.segment * 10_000)}: ${one.reason}</p>`)}`;
  }

  /** From the moment that the origin knows the recording, until all of it is there. */
  #helpers(state: RecordingState) {
    const { phase, source, help, broadcast } = state;
    if (source === undefined || phase.kind === 'complete' || phase.kind === 'failed') return nothing;
    return html`<div class="card">
      <upload-helpers
        .broadcast=${broadcast}
        .helpers=${help.helpers}
        .isPossible=${help.isPossible}
        @helpers=${() => this.#wish('helpers-changed')}
      ></upload-helpers>
    </div>`;
  }

  #card(state: RecordingState) {
    const { phase } = state;
    return html`<div class="card">
      <div class="row">
        <h2><span role="status">${this.#status(state)}</span></h2>
        ${this.#button(state)}
      </div>
      ${this.#source(state)} ${this.#progress(state)}
      ${
        phase.kind === 'complete'
          ? html`<div class="row">
              <a class="button primary large" href=${pages.watch(state.broadcast.id)}>${icons.play}Watch the recording</a>
              <a class="button large" href=${pages.studio}>Back to the studio</a>
            </div>`
          : nothing
      }
      ${
        phase.kind === 'making' || phase.kind === 'paused'
          ? html`<p class="small quiet">
              Keep this tab open. When it is closed, nothing that is done is lost: open the studio again and go on.
            </p>`
          : nothing
      }
      ${
        phase.kind === 'failed'
          ? html`<problem-note .problem=${{ ...phase.error, remedy: 'none' }}></problem-note>
              <a class="button" href=${pages.studio}>Back to the studio</a>`
          : nothing
      }
    </div>`;
  }

  protected override render() {
    const { state } = this;
    return html`<site-header current="studio"></site-header>
      <main tabindex="-1">
        <h1>${state?.broadcast.title ?? 'Upload'}</h1>
        ${
          state === undefined
            ? html`<p class="quiet" role="status">The upload is being prepared…</p>`
            : html`<div class="columns">
                ${this.#card(state)}
                <div class="side">
                  <div class="card">
                    <share-panel .broadcast=${state.broadcast} .isBeforeLive=${false}></share-panel>
                  </div>
                  ${this.#helpers(state)}
                </div>
              </div>`
        }
      </main>`;
  }
}

customElements.define('upload-view', UploadView);

declare global {
  interface HTMLElementTagNameMap {
    'upload-view': UploadView;
  }
}
