import { css, html, LitElement } from 'lit';
import type { SessionInfo } from '../protocol/accounts.ts';
import { accountApi } from './account-api.ts';
import { sentenceOf } from './ask-origin.ts';
import { answerNote, type FormAnswer, formNote } from './form-note.ts';
import { rows } from './row-styles.ts';
import { base, controls, surfaces } from './theme.ts';
import { whenInSentence } from './time-words.ts';

/** Where the account is logged in. Fires `leave` with `here` or `everywhere` for what ends this one too. */
export class AccountSessions extends LitElement {
  static override properties = { sessions: { state: true }, answer: { state: true } };
  declare sessions: readonly SessionInfo[];
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    surfaces,
    formNote,
    rows,
    css`
    .all {
      justify-self: start;
    }
  `,
  ];

  constructor() {
    super();
    this.sessions = [];
    this.answer = { kind: 'none' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      this.sessions = await accountApi.sessions();
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  async #end(session: SessionInfo): Promise<void> {
    try {
      await accountApi.endSession(session.id);
      this.answer = { kind: 'done', sentence: `The session of ${session.device} has ended.` };
      await this.refresh();
    } catch (cause) {
      this.answer = { kind: 'refused', sentence: sentenceOf(cause) };
    }
  }

  #row(session: SessionInfo, nowMs: number) {
    return html`<li>
      <div>
        <p>${session.device} ${session.isThisOne ? html`<span class="badge good">This one</span>` : ''}</p>
        <p class="small quiet">
          Since ${whenInSentence(session.createdMs, nowMs)} · last seen ${whenInSentence(session.seenMs, nowMs)}
        </p>
      </div>
      ${
        session.isThisOne
          ? ''
          : html`<button class="button" type="button" aria-label="End the session of ${session.device}" @click=${() => this.#end(session)}>
              End
            </button>`
      }
    </li>`;
  }

  protected override render() {
    const nowMs = Date.now();
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Where you are logged in</h2>
      <ul>
        ${this.sessions.map((session) => this.#row(session, nowMs))}
      </ul>
      ${answerNote(this.answer)}
      <button
        class="button all"
        type="button"
        @click=${() => this.dispatchEvent(new CustomEvent('leave', { detail: 'everywhere' }))}
      >
        End all sessions, this one too
      </button>
    </section>`;
  }
}

customElements.define('account-sessions', AccountSessions);

declare global {
  interface HTMLElementTagNameMap {
    'account-sessions': AccountSessions;
  }
}
