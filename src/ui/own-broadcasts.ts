import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { VISIBILITIES, type Visibility } from '../protocol/accounts.ts';
import type { BroadcastChange, BroadcastSummary } from '../protocol/broadcast.ts';
import { api, pages } from '../protocol/urls.ts';
import './ask-dialog.ts';
import { askOrigin } from './ask-origin.ts';
import { isOnAir, titleText } from './broadcast-list.ts';
import { BroadcastListController } from './broadcast-list-controller.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import { textOf } from './form-text.ts';
import { rows } from './row-styles.ts';
import { base, controls, fields, surfaces } from './theme.ts';
import { clockText, whenText } from './time-words.ts';

const TITLE_CHARACTERS = 120;
const VISIBILITY_WORDS: Readonly<Record<Visibility, string>> = {
  public: 'Public: in the lists',
  unlisted: 'Unlisted: with the link',
  private: 'Private: only you',
};

const watchingText = (viewers: number): string => (viewers === 1 ? '1 is watching' : `${viewers} are watching`);

/** What this person has broadcast: rename it, choose who sees it, delete it, see how many are watching. */
export class OwnBroadcasts extends LitElement {
  static override properties = {
    renamingId: { state: true },
    removing: { state: true },
    answer: { state: true },
  };
  declare renamingId: string | undefined;
  declare removing: BroadcastSummary | undefined;
  declare answer: FormAnswer;

  readonly #broadcasts = new BroadcastListController(this);

  static override styles = [
    base,
    controls,
    fields,
    surfaces,
    formNote,
    rows,
    css`
      select {
        width: auto;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--tc-space-2);
      }
      form .field {
        flex: 1 1 12rem;
      }
    `,
  ];

  constructor() {
    super();
    this.renamingId = undefined;
    this.removing = undefined;
    this.answer = { kind: 'none' };
  }

  async #do(act: () => Promise<string>): Promise<void> {
    this.answer = await answerTo(act);
    this.#broadcasts.refresh();
  }

  #change(broadcast: BroadcastSummary, body: BroadcastChange, done: string): void {
    void this.#do(async () => {
      await askOrigin('PATCH', api.broadcast(broadcast.id), { body });
      this.renamingId = undefined;
      return done;
    });
  }

  #rename(event: SubmitEvent, broadcast: BroadcastSummary): void {
    event.preventDefault();
    const title = textOf(new FormData(event.target as HTMLFormElement), 'title').trim();
    this.#change(broadcast, { title }, `It is called “${titleText(title)}” now.`);
  }

  #remove(): void {
    const broadcast = this.removing;
    this.removing = undefined;
    if (broadcast === undefined) return;
    void this.#do(async () => {
      await askOrigin('DELETE', api.broadcast(broadcast.id));
      return `“${titleText(broadcast.title)}” is deleted.`;
    });
  }

  #facts(broadcast: BroadcastSummary, nowMs: number): string {
    const when = broadcast.startedAt === null ? '' : whenText(broadcast.startedAt, nowMs);
    const length = isOnAir(broadcast) ? 'Live now' : clockText(broadcast.durationMs);
    return [when, length, watchingText(broadcast.viewers)].filter(Boolean).join(' · ');
  }

  #name(broadcast: BroadcastSummary) {
    if (this.renamingId !== broadcast.id)
      return html`<a href=${pages.watch(broadcast.id)}>${titleText(broadcast.title)}</a>`;
    return html`<form @submit=${(event: SubmitEvent) => this.#rename(event, broadcast)}>
      <div class="field">
        <label for="title">New title</label>
        <input id="title" name="title" type="text" maxlength=${TITLE_CHARACTERS} .defaultValue=${broadcast.title} autocomplete="off" />
      </div>
      <button class="button primary" type="submit">Save</button>
      <button
        class="button"
        type="button"
        @click=${() => {
          this.renamingId = undefined;
        }}
      >
        Cancel
      </button>
    </form>`;
  }

  #row(broadcast: BroadcastSummary, nowMs: number) {
    const title = titleText(broadcast.title);
    return html`<li>
      <div>
        ${this.#name(broadcast)}
        <p class="small quiet numbers">${this.#facts(broadcast, nowMs)}</p>
      </div>
      <div class="actions">
        <div class="field">
          <select
            aria-label="Who sees ${title}"
            @change=${(event: Event) => {
              const visibility = (event.target as HTMLSelectElement).value as Visibility;
              this.#change(broadcast, { visibility }, `${title}: ${VISIBILITY_WORDS[visibility].toLowerCase()}.`);
            }}
          >
            ${VISIBILITIES.map(
              (visibility) =>
                html`<option value=${visibility} .selected=${live(visibility === broadcast.visibility)}>
                  ${VISIBILITY_WORDS[visibility]}
                </option>`,
            )}
          </select>
        </div>
        <button
          class="button"
          type="button"
          aria-label="Rename ${title}"
          @click=${() => {
            this.renamingId = broadcast.id;
          }}
        >
          Rename
        </button>
        <button
          class="button danger"
          type="button"
          aria-label="Delete ${title}"
          @click=${() => {
            this.removing = broadcast;
          }}
        >
          Delete
        </button>
      </div>
    </li>`;
  }

  protected override render() {
    const { state } = this.#broadcasts;
    const own = (state.kind === 'loading' ? undefined : state.list)?.filter(({ isOwn }) => isOwn) ?? [];
    if (own.length === 0 && this.answer.kind === 'none') return nothing;
    const nowMs = Date.now();
    const { removing } = this;
    const question = removing && {
      heading: `Delete “${titleText(removing.title)}”?`,
      text: 'The stream and its recording are deleted, for everybody. Nobody can bring them back.',
      yes: 'Delete for ever',
      no: 'Keep it',
    };
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Your streams</h2>
      ${answerNote(this.answer)}
      <ul>
        ${own.map((broadcast) => this.#row(broadcast, nowMs))}
      </ul>
      <ask-dialog
        .question=${question}
        @answer-yes=${() => this.#remove()}
        @answer-no=${() => {
          this.removing = undefined;
        }}
      ></ask-dialog>
    </section>`;
  }
}

customElements.define('own-broadcasts', OwnBroadcasts);

declare global {
  interface HTMLElementTagNameMap {
    'own-broadcasts': OwnBroadcasts;
  }
}
