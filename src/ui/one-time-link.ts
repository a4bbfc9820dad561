import { css, html, LitElement } from 'lit';
import { icons } from './icons.ts';
import { base, controls } from './theme.ts';

/** A link that is shown once, to copy and hand to one person. */
export class OneTimeLink extends LitElement {
  static override properties = { url: { attribute: false }, text: { attribute: false }, copied: { state: true } };
  declare url: string;
  /** Whom it is for and what it does. */
  declare text: string;
  declare copied: 'no' | 'yes' | 'blocked';

  static override styles = [
    base,
    controls,
    css`
      .link {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-3);
        padding: var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-accent-soft);
      }
      .address {
        font-family: var(--tc-font-mono);
        font-size: var(--tc-text-s);
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  constructor() {
    super();
    this.url = '';
    this.text = '';
    this.copied = 'no';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('url')) this.copied = 'no';
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.url);
      this.copied = 'yes';
    } catch {
      this.copied = 'blocked';
    }
  }

  protected override render() {
    return html`<div class="link" role="status">
      <p>${this.text} It is shown only now.</p>
      <p class="address">${this.url}</p>
      <button class="button" type="button" @click=${() => this.#copy()}>
        ${this.copied === 'yes' ? icons.check : icons.copy}${this.copied === 'yes' ? 'Copied' : 'Copy the link'}
      </button>
      ${this.copied === 'blocked' ? html`<p class="small">Copying is blocked here. Select the address instead.</p>` : ''}
    </div>`;
  }
}

customElements.define('one-time-link', OneTimeLink);

declare global {
  interface HTMLElementTagNameMap {
    'one-time-link': OneTimeLink;
  }
}
