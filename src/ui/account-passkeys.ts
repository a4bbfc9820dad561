import { css, html, LitElement, nothing } from 'lit';
import type { PasskeyInfo } from '../protocol/accounts.ts';
import { accountApi } from './account-api.ts';
import { deviceName } from './device-name.ts';
import { answerNote, answerTo, type FormAnswer, formNote } from './form-note.ts';
import { textOf } from './form-text.ts';
import { canUsePasskeys, makePasskey } from './passkey-browser.ts';
import { rows } from './row-styles.ts';
import { base, controls, fields, surfaces } from './theme.ts';
import { whenInSentence } from './time-words.ts';

const MAX_NAME_CHARS = 40;

/** The passkeys of the account: add one, see them, remove one. */
export class AccountPasskeys extends LitElement {
  static override properties = { passkeys: { state: true }, answer: { state: true } };
  declare passkeys: readonly PasskeyInfo[] | undefined;
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
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--tc-space-3);
      }
      .field {
        flex: 1 1 14rem;
      }
    `,
  ];

  constructor() {
    super();
    this.passkeys = undefined;
    this.answer = { kind: 'none' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#do(async () => {
      this.passkeys = await accountApi.passkeys();
      return undefined;
    });
  }

  /** `act` answers with a sentence about what is done. */
  async #do(act: () => Promise<string | undefined>): Promise<void> {
    this.answer = { kind: 'waiting' };
    this.answer = await answerTo(act);
  }

  #add(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = textOf(new FormData(form), 'name').trim();
    void this.#do(async () => {
      this.passkeys = await makePasskey(name === '' ? deviceName() : name);
      form.reset();
      return 'The passkey is added. You can log in with it from now on.';
    });
  }

  #remove(passkey: PasskeyInfo): void {
    void this.#do(async () => {
      await accountApi.removePasskey(passkey.id);
      this.passkeys = await accountApi.passkeys();
      return `“${passkey.name}” does not log in any more.`;
    });
  }

  #row(passkey: PasskeyInfo, nowMs: number) {
    const used = passkey.usedMs === null ? 'Never used' : `Used ${whenInSentence(passkey.usedMs, nowMs)}`;
    return html`<li>
      <div>
        <p>${passkey.name}</p>
        <p class="small quiet">Added ${whenInSentence(passkey.createdMs, nowMs)} · ${used}</p>
      </div>
      <button class="button" type="button" aria-label="Remove ${passkey.name}" @click=${() => this.#remove(passkey)}>
        Remove
      </button>
    </li>`;
  }

  protected override render() {
    const nowMs = Date.now();
    const { passkeys } = this;
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">Passkeys</h2>
      <p class="quiet">Log in with this device’s fingerprint, face or PIN instead of typing.</p>
      ${passkeys === undefined || passkeys.length === 0 ? nothing : html`<ul>${passkeys.map((passkey) => this.#row(passkey, nowMs))}</ul>`}
      ${answerNote(this.answer)}
      ${
        canUsePasskeys()
          ? html`<form @submit=${(event: SubmitEvent) => this.#add(event)}>
              <div class="field">
                <label for="name">Name for this device</label>
                <input id="name" name="name" type="text" maxlength=${MAX_NAME_CHARS} placeholder=${deviceName()} autocomplete="off" />
              </div>
              <button class="button" type="submit" ?disabled=${this.answer.kind === 'waiting'}>Add a passkey</button>
            </form>`
          : html`<p class="small quiet">
              A passkey needs a secure page whose address has a name: HTTPS, or http://localhost on this machine.
            </p>`
      }
    </section>`;
  }
}

customElements.define('account-passkeys', AccountPasskeys);

declare global {
  interface HTMLElementTagNameMap {
    'account-passkeys': AccountPasskeys;
  }
}
