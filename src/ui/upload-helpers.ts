import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import type { HelperView, LendInvitation } from '../protocol/lend.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import { icons } from './icons.ts';
import { lendApi } from './lend-api.ts';
import { piecesText } from './lend-words.ts';
import './one-time-link.ts';
import { rows } from './row-styles.ts';
import { base, controls, fields } from './theme.ts';
import { whenInSentence } from './time-words.ts';

const HOUR_MS = 3_600_000;
const PERIODS = [
  { label: 'an hour', ms: HOUR_MS },
  { label: 'a day', ms: 24 * HOUR_MS },
  { label: 'a week', ms: 7 * 24 * HOUR_MS },
] as const;

const helperWords = ({ isHere, sentAway, framesPerSecond, segmentsDone }: HelperView): string => {
  if (sentAway !== null) return sentAway;
  const state = isHere ? `${Math.round(framesPerSecond)} pictures a second` : 'not here now';
  return `${state} · ${piecesText(segmentsDone)} done`;
};

/** Who helps with an upload: invites them, shows what they do, sends them away. Fires `helpers` after each of it. */
export class UploadHelpers extends LitElement {
  static override properties = {
    broadcast: { attribute: false },
    helpers: { attribute: false },
    isPossible: { attribute: false },
    invitations: { state: true },
    madeUrl: { state: true },
    answer: { state: true },
  };
  declare broadcast: ReservedBroadcast | undefined;
  declare helpers: readonly HelperView[];
  /** False for a film whose pictures are not compressed. */
  declare isPossible: boolean;
  declare invitations: readonly LendInvitation[];
  /** Of the invitation that was made last; shown once. */
  declare madeUrl: string | undefined;
  declare answer: FormAnswer;

  static override styles = [
    base,
    controls,
    fields,
    formNote,
    rows,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--tc-space-3);
      }
      .field {
        flex: 1 1 8rem;
      }
      .see {
        display: flex;
        gap: var(--tc-space-2);
      }
    `,
  ];

  constructor() {
    super();
    this.broadcast = undefined;
    this.helpers = [];
    this.isPossible = true;
    this.invitations = [];
    this.madeUrl = undefined;
    this.answer = { kind: 'none' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('broadcast');
    // The worker tells of the same broadcast again and again.
    if (changed.has('broadcast') && before?.id !== this.broadcast?.id) void this.#do(async () => undefined);
  }

  async #do(act: (broadcast: ReservedBroadcast) => Promise<string | undefined>): Promise<void> {
    const { broadcast } = this;
    if (broadcast === undefined) return;
    this.answer = await answerTo(async () => {
      const sentence = await act(broadcast);
      this.invitations = await lendApi.invitations(broadcast);
      this.dispatchEvent(new Event('helpers'));
      return sentence;
    });
  }

  #invite(event: SubmitEvent): void {
    event.preventDefault();
    const forMs = Number(this.renderRoot.querySelector<HTMLSelectElement>('#period')?.value ?? HOUR_MS);
    void this.#do(async (broadcast) => {
      this.madeUrl = (await lendApi.invite(broadcast, forMs)).url;
      return undefined;
    });
  }

  #revoke({ id }: LendInvitation): void {
    void this.#do(async (broadcast) => {
      await lendApi.revoke(broadcast, id);
      this.madeUrl = undefined;
      return 'The invitation is revoked, and who came by it does not help any more.';
    });
  }

  #sendAway({ id, name }: HelperView): void {
    void this.#do(async (broadcast) => {
      await lendApi.sendAway(broadcast, id);
      return `${name} was sent away. What ${name} had in hand is made by others.`;
    });
  }

  #helper(helper: HelperView) {
    return html`<li>
      <div>
        <p>${helper.name}</p>
        <p class="small quiet numbers">${helperWords(helper)}</p>
      </div>
      ${
        helper.sentAway === null
          ? html`<button
              class="button"
              type="button"
              aria-label="Send away ${helper.name}"
              @click=${() => this.#sendAway(helper)}
            >
              Send away
            </button>`
          : nothing
      }
    </li>`;
  }

  #invitation(invitation: LendInvitation) {
    const made = whenInSentence(invitation.createdMs, Date.now());
    const until = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(
      invitation.expiresMs,
    );
    return html`<li>
      <p class="small">Invitation made ${made}, good until ${until}</p>
      <button
        class="button"
        type="button"
        aria-label="Revoke the invitation good until ${until}"
        @click=${() => this.#revoke(invitation)}
      >
        Revoke
      </button>
    </li>`;
  }

  protected override render() {
    if (!this.isPossible)
      return html`<section aria-labelledby="helpers">
        <h2 id="helpers">Helpers</h2>
        <p class="small quiet">
          The pictures of this film are not compressed, so they are too large to be sent to anybody. This tab makes all of
          it.
        </p>
      </section>`;
    return html`<section aria-labelledby="helpers">
      <h2 id="helpers">Helpers</h2>
      <p class="small">
        A friend’s tab, your second computer or a server can make part of this: whoever opens the link and presses the
        button there.
      </p>
      <p class="small see">${icons.people}<span>Helpers see the video. Invite whom you trust with it.</span></p>
      ${
        this.helpers.length === 0
          ? nothing
          : html`<ul aria-label="Helpers">
              ${this.helpers.map((helper) => this.#helper(helper))}
            </ul>`
      }
      <form @submit=${(event: SubmitEvent) => this.#invite(event)}>
        <div class="field">
          <label for="period">The link is good for</label>
          <select id="period">
            ${PERIODS.map(({ label, ms }) => html`<option value=${ms} ?selected=${label === 'a day'}>${label}</option>`)}
          </select>
        </div>
        <button class="button" type="submit">Invite helpers</button>
      </form>
      ${
        this.madeUrl === undefined
          ? nothing
          : html`<one-time-link .url=${this.madeUrl} .text=${'Send this link to whoever should help.'}></one-time-link>`
      }
      ${answerNote(this.answer)}
      ${
        this.invitations.length === 0
          ? nothing
          : html`<ul aria-label="Open invitations">
              ${this.invitations.map((invitation) => this.#invitation(invitation))}
            </ul>`
      }
    </section>`;
  }
}

customElements.define('upload-helpers', UploadHelpers);

declare global {
  interface HTMLElementTagNameMap {
    'upload-helpers': UploadHelpers;
  }
}
