import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { backoffMs } from '../lib/backoff.ts';
import { type ContinueItem, continueWatching, exportHistory } from '../positions/history.ts';
import { isCleared } from '../positions/merge.ts';
import type { BroadcastDetail, BroadcastSummary } from '../protocol/broadcast.ts';
import { StageError } from '../protocol/errors.ts';
import { api } from '../protocol/urls.ts';
import './ask-dialog.ts';
import { askOrigin } from './ask-origin.ts';
import './continue-card.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import { askMe, askMeAgain } from './me.ts';
import { type History, openPositions, type PositionsClient } from './positions-client.ts';
import { saveFile } from './save-file.ts';
import { base, controls } from './theme.ts';

/** Somebody's whole history may be long; the page shows what was watched last. */
const MOST_SHOWN = 12;

const isRetryable = (cause: unknown): boolean => cause instanceof StageError && cause.isRetryable;

/** What this person has begun, from this browser's store and the origin; and the ways to forget, pause and export it. */
export class ContinueWatching extends LitElement {
  static override properties = {
    history: { state: true },
    items: { state: true },
    isAsking: { state: true },
    answer: { state: true },
  };
  declare history: History | undefined;
  declare items: readonly ContinueItem[];
  declare isAsking: boolean;
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    formNote,
    css`
      section {
        margin-block-end: var(--tc-space-7);
      }
      h2 {
        font-size: var(--tc-text-xl);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-3);
        margin-block-end: var(--tc-space-4);
      }
      h2 {
        margin-inline-end: auto;
      }
      .head .button {
        padding-inline: var(--tc-space-3);
        font-size: var(--tc-text-s);
      }
      .shelf {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
        gap: var(--tc-space-5);
      }
      .answer {
        margin-block-end: var(--tc-space-4);
      }
    `,
  ];

  #client: PositionsClient | undefined;
  #stop: (() => void) | undefined;

  constructor() {
    super();
    this.history = undefined;
    this.items = [];
    this.isAsking = false;
    this.answer = { kind: 'none' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  async #open(): Promise<void> {
    const client = await openPositions();
    if (client === undefined || !this.isConnected) return;
    this.#client = client;
    this.#stop = client.onChange(() => void this.#show());
    let isUpToDate = await client.adopt(await askMe());
    for (let attempt = 0; !((await this.#show()) && isUpToDate); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
      if (!this.isConnected) return;
      if (!isUpToDate) isUpToDate = await client.adopt(await askMeAgain());
    }
  }

  /** False when the origin did not answer for all of it. */
  async #show(): Promise<boolean> {
    const history = await this.#client?.history();
    if (history === undefined) return true;
    const open = history.positions
      .filter((position) => position.state === 'watching' && !isCleared(position, history.clearedHlc))
      .sort((a, b) => b.hlc - a.hlc)
      .slice(0, MOST_SHOWN);
    const asked = open.map(({ broadcastId }) => askOrigin<BroadcastDetail>('GET', api.broadcast(broadcastId)));
    const answers = await Promise.allSettled(asked);
    const broadcasts = answers.flatMap((answer): BroadcastSummary[] =>
      answer.status === 'fulfilled' ? [answer.value] : [],
    );
    this.items = continueWatching(open, broadcasts, history.clearedHlc);
    this.history = history;
    return answers.every((answer) => answer.status === 'fulfilled' || !isRetryable(answer.reason));
  }

  async #do(act: (client: PositionsClient) => Promise<void>): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.answer = await answerTo(async () => {
      await act(client);
      return undefined;
    });
    await this.#show();
  }

  #export(history: History): void {
    const titles = new Map(this.items.map(({ broadcast }) => [broadcast.id, broadcast.title]));
    const positions = exportHistory(history.positions, history.clearedHlc, (id) => titles.get(id));
    const text = JSON.stringify({ exportedAt: new Date().toISOString(), positions }, null, 2);
    saveFile('tabcast-history.json', 'application/json', text);
  }

  #head(history: History) {
    const { isPaused } = history;
    return html`<div class="head">
      <h2 id="continue">Continue watching</h2>
      <button
        class="button quiet-button"
        type="button"
        aria-pressed=${isPaused}
        @click=${() => this.#do((client) => client.setPaused(!isPaused))}
      >
        ${isPaused ? 'History is paused' : 'Pause history'}
      </button>
      <button class="button quiet-button" type="button" @click=${() => this.#export(history)}>Export</button>
      <button
        class="button quiet-button"
        type="button"
        @click=${() => {
          this.isAsking = true;
        }}
      >
        Clear all
      </button>
    </div>`;
  }

  protected override render() {
    const { history, items } = this;
    if (history === undefined || (items.length === 0 && !history.isPaused && this.answer.kind === 'none'))
      return nothing;
    const question = {
      heading: 'Clear your history?',
      text: 'Everything you have begun starts from its beginning again, on every device where you are logged in.',
      yes: 'Clear',
      no: 'Keep it',
    };
    return html`<section aria-labelledby="continue">
        ${this.#head(history)} ${answerNote(this.answer)}
        ${history.isPaused ? html`<p class="quiet">While history is paused, nothing you watch is kept.</p>` : nothing}
        ${
          items.length === 0
            ? nothing
            : html`<ul class="shelf">
                ${repeat(
                  items,
                  ({ broadcast }) => broadcast.id,
                  (item) => html`<li>
                    <continue-card
                      .item=${item}
                      @remove=${(event: CustomEvent<string>) => this.#do((client) => client.clearOne(event.detail))}
                    ></continue-card>
                  </li>`,
                )}
              </ul>`
        }
      </section>
      <ask-dialog
        .question=${this.isAsking ? question : undefined}
        @answer-yes=${() => {
          this.isAsking = false;
          void this.#do((client) => client.clearAll());
        }}
        @answer-no=${() => {
          this.isAsking = false;
        }}
      ></ask-dialog>`;
  }
}

customElements.define('continue-watching', ContinueWatching);

declare global {
  interface HTMLElementTagNameMap {
    'continue-watching': ContinueWatching;
  }
}
