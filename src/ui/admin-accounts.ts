import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { type AccountRow, ROLES, type Role } from '../protocol/accounts.ts';
import { adminApi } from './account-api.ts';
import './ask-dialog.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import './one-time-link.ts';
import { rows } from './row-styles.ts';
import { base, controls, fields, surfaces } from './theme.ts';
import { dayText, whenInSentence } from './time-words.ts';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  creator: 'May broadcast',
  admin: 'Administrator',
};

/** Everybody who has an account: what they may do, a way back for who lost the password, and the end of it. */
export class AdminAccounts extends LitElement {
  static override properties = {
    ownId: { attribute: false },
    accounts: { state: true },
    link: { state: true },
    removing: { state: true },
    answer: { state: true },
  };
  /** The administrator who looks at this. */
  declare ownId: string;
  declare accounts: readonly AccountRow[];
  declare link: { readonly url: string; readonly username: string } | undefined;
  declare removing: AccountRow | undefined;
  declare answer: FormAnswer;

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
      @media (max-width: 30rem) {
        li .actions,
        .actions .field {
          flex: 1 1 100%;
        }
        select {
          width: 100%;
        }
        .actions .button {
          flex: 1 1 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.accounts = [];
    this.link = undefined;
    this.removing = undefined;
    this.answer = { kind: 'none' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#do(async () => undefined);
  }

  async #do(act: () => Promise<string | undefined>): Promise<void> {
    this.answer = await answerTo(act);
    this.accounts = await adminApi.accounts().catch(() => this.accounts);
  }

  #setRole(account: AccountRow, role: Role): void {
    void this.#do(async () => {
      await adminApi.setRole(account.id, role);
      return `${account.username}: ${ROLE_WORDS[role].toLowerCase()} from now on.`;
    });
  }

  #reset(account: AccountRow): void {
    void this.#do(async () => {
      this.link = { url: (await adminApi.resetLink(account.id)).url, username: account.username };
      return undefined;
    });
  }

  #remove(): void {
    const account = this.removing;
    this.removing = undefined;
    if (account === undefined) return;
    void this.#do(async () => {
      await adminApi.removeAccount(account.id);
      return `The account ${account.username} is gone, with its streams.`;
    });
  }

  #row(account: AccountRow, nowMs: number) {
    const seen = account.seenMs === null ? 'not seen since' : `seen ${whenInSentence(account.seenMs, nowMs)}`;
    const streams =
      account.broadcasts === 0 ? '' : ` · ${account.broadcasts === 1 ? '1 stream' : `${account.broadcasts} streams`}`;
    return html`<li>
      <div>
        <p>${account.username} ${account.id === this.ownId ? html`<span class="badge good">You</span>` : nothing}</p>
        <p class="small quiet">Joined ${dayText(account.createdMs)} · ${seen}${streams}</p>
      </div>
      <div class="actions">
        <div class="field">
          <select
            aria-label="What ${account.username} may do"
            @change=${(event: Event) => this.#setRole(account, (event.target as HTMLSelectElement).value as Role)}
          >
            ${ROLES.map((role) => html`<option value=${role} .selected=${live(role === account.role)}>${ROLE_WORDS[role]}</option>`)}
          </select>
        </div>
        <button class="button" type="button" aria-label="Reset link for ${account.username}" @click=${() => this.#reset(account)}>
          Reset link
        </button>
        ${
          account.id === this.ownId
            ? nothing
            : html`<button
                class="button danger"
                type="button"
                aria-label="Delete ${account.username}"
                @click=${() => {
                  this.removing = account;
                }}
              >
                Delete
              </button>`
        }
      </div>
    </li>`;
  }

  protected override render() {
    const nowMs = Date.now();
    const { link, removing } = this;
    const question = removing && {
      heading: `Delete ${removing.username}?`,
      text: 'The account, its history and every stream it made are deleted. Nobody can bring them back.',
      yes: 'Delete for ever',
      no: 'Keep it',
    };
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Accounts</h2>
      ${
        link === undefined
          ? nothing
          : html`<one-time-link
              .url=${link.url}
              .text=${`Send this link to ${link.username}: it sets a new password, once.`}
            ></one-time-link>`
      }
      ${answerNote(this.answer)}
      <ul>
        ${this.accounts.map((account) => this.#row(account, nowMs))}
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

customElements.define('admin-accounts', AdminAccounts);

declare global {
  interface HTMLElementTagNameMap {
    'admin-accounts': AdminAccounts;
  }
}
