import { css, html, LitElement, nothing } from 'lit';
import type { Invitation, NewInvitation } from '../protocol/accounts.ts';
import { adminApi } from './account-api.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import { textOf } from './form-text.ts';
import './one-time-link.ts';
import { rows } from './row-styles.ts';
import { base, controls, fields, surfaces } from './theme.ts';
import { dayText } from './time-words.ts';

const DAY_MS = 86_400_000;
const PERIODS = [
  { label: 'a day', ms: DAY_MS },
  { label: 'a week', ms: 7 * DAY_MS },
  { label: 'a month', ms: 30 * DAY_MS },
] as const;
const MAX_USES = 1000;
const MAX_NOTE_CHARS = 80;

/** Makes, lists and revokes the links that let people broadcast. */
export class AdminInvitations extends LitElement {
  static override properties = { invitations: { state: true }, made: { state: true }, answer: { state: true } };
  declare invitations: readonly Invitation[];
  declare made: NewInvitation | undefined;
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    fields,
    surfaces,
    formNote,
    rows,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(6rem, 1fr) minmax(6rem, 1fr) auto;
        align-items: end;
        gap: var(--tc-space-3);
      }
      @media (max-width: 44rem) {
        form {
          grid-template-columns: 1fr 1fr;
        }
        .note,
        form .button {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.invitations = [];
    this.made = undefined;
    this.answer = { kind: 'none' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#do(async () => undefined);
  }

  async #do(act: () => Promise<string | undefined>): Promise<void> {
    this.answer = await answerTo(async () => {
      const sentence = await act();
      this.invitations = await adminApi.invitations();
      return sentence;
    });
  }

  #make(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const note = textOf(typed, 'note').trim();
    void this.#do(async () => {
      this.made = await adminApi.invite({
        note,
        uses: Number(textOf(typed, 'uses')),
        forMs: Number(textOf(typed, 'period')),
      });
      form.reset();
      return undefined;
    });
  }

  #revoke(invitation: Invitation): void {
    void this.#do(async () => {
      await adminApi.revoke(invitation.id);
      if (this.made?.invitation.id === invitation.id) this.made = undefined;
      return 'The invitation is revoked: its link opens nothing any more.';
    });
  }

  #row(invitation: Invitation) {
    const name = invitation.note === '' ? 'Without a note' : invitation.note;
    const used = `${invitation.uses - invitation.usesLeft} of ${invitation.uses} used`;
    return html`<li>
      <div>
        <p>${name}</p>
        <p class="small quiet">${used} · until ${dayText(invitation.expiresMs)}</p>
      </div>
      <button class="button" type="button" aria-label="Revoke ${name}" @click=${() => this.#revoke(invitation)}>
        Revoke
      </button>
    </li>`;
  }

  protected override render() {
    const { made } = this;
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Invitations</h2>
      <p class="quiet">Whoever opens such a link makes an account that may broadcast here.</p>
      <form @submit=${(event: SubmitEvent) => this.#make(event)}>
        <div class="field note">
          <label for="note">For whom (only you see it)</label>
          <input id="note" name="note" type="text" maxlength=${MAX_NOTE_CHARS} autocomplete="off" />
        </div>
        <div class="field">
          <label for="uses">People</label>
          <input id="uses" name="uses" type="number" min="1" max=${MAX_USES} value="1" required />
        </div>
        <div class="field">
          <label for="period">Good for</label>
          <select id="period" name="period">
            ${PERIODS.map(({ label, ms }) => html`<option value=${ms} ?selected=${label === 'a week'}>${label}</option>`)}
          </select>
        </div>
        <button class="button primary" type="submit">Make a link</button>
      </form>
      ${
        made === undefined
          ? nothing
          : html`<one-time-link .url=${made.url} .text=${'Send this link to the person you invite.'}></one-time-link>`
      }
      ${answerNote(this.answer)}
      ${
        this.invitations.length === 0
          ? html`<p class="quiet">No invitation is open.</p>`
          : html`<ul>
              ${this.invitations.map((invitation) => this.#row(invitation))}
            </ul>`
      }
    </section>`;
  }
}

customElements.define('admin-invitations', AdminInvitations);

declare global {
  interface HTMLElementTagNameMap {
    'admin-invitations': AdminInvitations;
  }
}
