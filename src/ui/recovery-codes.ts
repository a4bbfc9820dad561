import { css, html, LitElement } from 'lit';
import { icons } from './icons.ts';
import { saveFile } from './save-file.ts';
import { base, controls, surfaces } from './theme.ts';

/**
 * The codes that replace a lost password, shown once: to copy, to keep in a file, to write down. Fires `kept` when the
 * person goes on.
 */
export class RecoveryCodes extends LitElement {
  static override properties = {
    codes: { attribute: false },
    goOn: { attribute: false },
    copied: { state: true },
  };
  declare codes: readonly string[];
  /** The words of the button that goes on. */
  declare goOn: string;
  declare copied: 'no' | 'yes' | 'blocked';

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      section {
        display: grid;
        gap: var(--tc-space-4);
      }
      .codes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
        gap: var(--tc-space-2);
        padding: var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-surface-sunken);
        font-family: var(--tc-font-mono);
        user-select: all;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-3);
      }
      .primary {
        margin-inline-start: auto;
      }
      @media (max-width: 34rem) {
        .actions .button {
          flex: 1 1 8rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.codes = [];
    this.goOn = 'I have kept them';
    this.copied = 'no';
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.codes.join('\n'));
      this.copied = 'yes';
    } catch {
      this.copied = 'blocked';
    }
  }

  #save(): void {
    const head = `Recovery codes for Tabcast at ${location.host}. Each replaces a lost password once.`;
    saveFile('tabcast-recovery-codes.txt', 'text/plain', `${head}\n\n${this.codes.join('\n')}\n`);
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="codes">
      <h2 id="codes">Keep your recovery codes</h2>
      <p>
        There is no e-mail here to send you a new password. If you lose yours, one of these codes lets you set another;
        each works once. They are shown only now.
      </p>
      <ul class="codes">
        ${this.codes.map((code) => html`<li>${code}</li>`)}
      </ul>
      <p role="status" class="small">
        ${this.copied === 'blocked' ? 'Copying is blocked here. Select the codes above, or download them.' : ''}
      </p>
      <div class="actions">
        <button class="button" type="button" @click=${() => this.#copy()}>
          ${this.copied === 'yes' ? icons.check : icons.copy}${this.copied === 'yes' ? 'Copied' : 'Copy'}
        </button>
        <button class="button" type="button" @click=${() => this.#save()}>Download</button>
        <button class="button primary" type="button" @click=${() => this.dispatchEvent(new CustomEvent('kept'))}>
          ${this.goOn}
        </button>
      </div>
    </section>`;
  }
}

customElements.define('recovery-codes', RecoveryCodes);

declare global {
  interface HTMLElementTagNameMap {
    'recovery-codes': RecoveryCodes;
  }
}
