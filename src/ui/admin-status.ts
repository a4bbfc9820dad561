import { css, html, LitElement, nothing } from 'lit';
import type { OriginStatus } from '../protocol/origin-status.ts';
import { pages } from '../protocol/urls.ts';
import { adminApi } from './account-api.ts';
import { sentenceOf } from './ask-origin.ts';
import { icons } from './icons.ts';
import { bytesText, originAdvice, retentionText } from './origin-words.ts';
import { base, surfaces } from './theme.ts';
import { clockText, spokenLength } from './time-words.ts';

const AGAIN_MS = 5_000;

/** How this server is doing, asked again every five seconds while the page is seen. */
export class AdminStatus extends LitElement {
  static override properties = { status: { state: true }, problem: { state: true } };
  declare status: OriginStatus | undefined;
  declare problem: string | undefined;

  static override styles = [
    base,
    surfaces,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-4);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--tc-space-3);
      }
      .advice {
        display: grid;
        gap: var(--tc-space-2);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
        gap: var(--tc-space-4);
      }
      dt {
        color: var(--tc-color-text-quiet);
        font-size: var(--tc-text-s);
      }
      dd {
        margin: 0;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: var(--tc-space-1) var(--tc-space-4);
        padding-block: var(--tc-space-2);
        border-top: 1px solid var(--tc-color-border);
      }
      li a {
        overflow-wrap: anywhere;
      }
      meter {
        width: 100%;
      }
    `,
  ];

  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  async #ask(): Promise<void> {
    if (document.visibilityState === 'visible')
      try {
        this.status = await adminApi.status();
        this.problem = undefined;
      } catch (cause) {
        this.problem = sentenceOf(cause);
      }
    if (this.isConnected) this.#timer = setTimeout(() => void this.#ask(), AGAIN_MS);
  }

  #fact(name: string, value: unknown) {
    return html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  }

  #facts(status: OriginStatus) {
    const { disk, broadcasts, answers, memory, eventLoopDelayMs, clock } = status;
    const recordings = broadcasts.ended + broadcasts.sealed;
    const usedShare = disk.totalBytes === 0 ? 0 : 1 - disk.freeBytes / disk.totalBytes;
    const errors = `${answers.serverErrors} of the server, ${answers.clientErrors} of clients, in ${answers.answers.toLocaleString('en')} answers`;
    return html`<dl>
      ${this.#fact('Watching now', `${status.viewers} ${status.viewers === 1 ? 'viewer' : 'viewers'}`)}
      ${this.#fact('Live', `${broadcasts.live}${broadcasts.interrupted > 0 ? `, ${broadcasts.interrupted} interrupted` : ''}`)}
      ${this.#fact('Recordings', recordings === 0 ? 'none' : `${recordings}, ${bytesText(disk.mediaBytes)}`)}
      ${this.#fact(
        'Disk',
        html`${bytesText(disk.freeBytes)} of ${bytesText(disk.totalBytes)} free
          <meter aria-label="Disk in use" min="0" max="1" high="0.95" value=${usedShare}></meter>`,
      )}
      ${this.#fact('Errors, last 5 minutes', errors)}
      ${this.#fact('Answers wait', `${Math.round(eventLoopDelayMs.p50)}\u00a0ms, ${Math.round(eventLoopDelayMs.max)}\u00a0ms at most`)}
      ${this.#fact('Memory', bytesText(memory.rssBytes))}
      ${this.#fact('Clock', new Date(clock.nowMs).toLocaleString())}
      ${this.#fact('Running for', spokenLength(clock.nowMs - status.startedMs))}
      ${this.#fact('Version', `${status.version}, Node ${status.node}`)}
    </dl>`;
  }

  #live(status: OriginStatus) {
    if (status.live.length === 0) return nothing;
    return html`<ul aria-label="Live broadcasts">
      ${status.live.map(
        ({ id, title, state, durationMs, viewers, storedBytes }) =>
          html`<li>
            ${
              title === null
                ? html`<span class="quiet">A private broadcast</span>`
                : html`<a href=${pages.watch(id)}>${title === '' ? 'Untitled' : title}</a>`
            }
            <span class="quiet numbers"
              >${state}, ${clockText(durationMs)}, ${viewers} watching${storedBytes === null ? '' : `, ${bytesText(storedBytes)}`}</span
            >
          </li>`,
      )}
    </ul>`;
  }

  protected override render() {
    const { status } = this;
    const advice = status === undefined ? [] : originAdvice(status);
    return html`<section class="card" aria-labelledby="status">
      <div class="head">
        <h2 id="status">This server</h2>
        ${
          status === undefined || advice.length > 0
            ? nothing
            : html`<span class="badge good">${icons.check}All is well</span>`
        }
      </div>
      <div class="advice" aria-live="polite">
        ${this.problem === undefined ? nothing : html`<p>${this.problem}</p>`}
        ${advice.map(
          ({ tone, sentence }) =>
            html`<p><span class="badge ${tone}">${icons.warning}${tone === 'bad' ? 'Act now' : 'Look'}</span> ${sentence}</p>`,
        )}
      </div>
      ${status === undefined ? html`<p class="quiet">One moment…</p>` : [this.#facts(status), this.#live(status)]}
      ${status === undefined ? nothing : html`<p class="quiet small">${retentionText(status.disk)}</p>`}
    </section>`;
  }
}

customElements.define('admin-status', AdminStatus);

declare global {
  interface HTMLElementTagNameMap {
    'admin-status': AdminStatus;
  }
}
