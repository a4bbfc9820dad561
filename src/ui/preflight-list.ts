import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import type { PreflightFix, PreflightRow } from './preflight.ts';
import { base, controls } from './theme.ts';

const FIX_LABELS: Readonly<Record<PreflightFix, string>> = { measure: 'Measure again', ask: 'Try again' };
const STATE_WORDS = { good: 'good', checking: 'being checked', attention: 'needs a look' } as const;
const STATE_ICONS = { good: icons.check, checking: icons.refresh, attention: icons.warning } as const;

/** The checks before going live: one line of marks, and a sentence for each that is not green. Fires `fix`. */
export class PreflightList extends LitElement {
  static override properties = { rows: { attribute: false } };
  declare rows: readonly PreflightRow[];

  static override styles = [
    base,
    controls,
    css`
      section,
      .open {
        display: grid;
        gap: var(--tc-space-3);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--tc-space-1) var(--tc-space-4);
      }
      .marks {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-2) var(--tc-space-4);
        font-size: var(--tc-text-s);
      }
      .marks li {
        display: inline-flex;
        align-items: center;
        gap: var(--tc-space-1);
      }
      .marks svg {
        width: 1rem;
        height: 1rem;
      }
      .good svg {
        color: var(--tc-color-good);
      }
      .attention svg {
        color: var(--tc-color-slow);
      }
      .checking svg {
        color: var(--tc-color-text-quiet);
      }
      .open li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--tc-space-2) var(--tc-space-4);
        padding: var(--tc-space-3) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-slow-soft);
        font-size: var(--tc-text-s);
      }
      .open p {
        flex: 1 1 14rem;
      }
    `,
  ];

  constructor() {
    super();
    this.rows = [];
  }

  #verdict(): string {
    const open = this.rows.filter(({ state }) => state === 'attention').length;
    if (open > 0) return open === 1 ? 'One thing to look at' : `${open} things to look at`;
    return this.rows.some(({ state }) => state === 'checking') ? 'Being checked…' : 'All good';
  }

  #fix(fix: PreflightFix): void {
    this.dispatchEvent(new CustomEvent<PreflightFix>('fix', { detail: fix }));
  }

  protected override render() {
    const open = this.rows.filter(({ sentence }) => sentence !== undefined);
    return html`<section aria-labelledby="checks">
      <div class="head">
        <h2 id="checks">Before you go live</h2>
        <p class="small quiet">${this.#verdict()}</p>
      </div>
      <ul class="marks" aria-label="Checks">
        ${this.rows.map(
          ({ name, state }) =>
            html`<li class=${state}>${STATE_ICONS[state]}${name}<span class="visually-hidden">: ${STATE_WORDS[state]}</span></li>`,
        )}
      </ul>
      ${
        open.length === 0
          ? nothing
          : html`<ul class="open" aria-label="To look at">
              ${open.map(
                ({ name, sentence, fix }) => html`<li>
                  <p><strong>${name}.</strong> ${sentence}</p>
                  ${
                    fix === undefined
                      ? nothing
                      : html`<button class="button" type="button" aria-label=${`${FIX_LABELS[fix]}: ${name}`} @click=${() => this.#fix(fix)}>
                          ${FIX_LABELS[fix]}
                        </button>`
                  }
                </li>`,
              )}
            </ul>`
      }
    </section>`;
  }
}

customElements.define('preflight-list', PreflightList);

declare global {
  interface HTMLElementTagNameMap {
    'preflight-list': PreflightList;
  }
}
