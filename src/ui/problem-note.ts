import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import type { Problem } from './studio-state.ts';
import { base, controls } from './theme.ts';

const REMEDY_LABELS = { retry: 'Try again', reload: 'Reload the page' } as const;

/** What went wrong, what to do, and the button that does it. Fires `remedy` for a retry; reloads by itself. */
export class ProblemNote extends LitElement {
  static override properties = { problem: { attribute: false }, heading: {} };
  declare problem: Problem | undefined;
  declare heading: string;

  static override styles = [
    base,
    controls,
    css`
      .note {
        display: flex;
        gap: var(--tc-space-3);
        padding: var(--tc-space-5);
        border-radius: var(--tc-radius-l);
        background: var(--tc-color-bad-soft);
      }
      .note > svg {
        margin-top: 0.1rem;
        color: var(--tc-color-bad);
      }
      .body {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-3);
        min-width: 0;
        overflow-wrap: anywhere;
      }
      h2 {
        color: var(--tc-color-bad);
      }
    `,
  ];

  constructor() {
    super();
    this.problem = undefined;
    this.heading = '';
  }

  #act(remedy: 'retry' | 'reload'): void {
    if (remedy === 'reload') location.reload();
    else this.dispatchEvent(new CustomEvent('remedy', { bubbles: true, composed: true }));
  }

  protected override render() {
    const { problem } = this;
    if (problem === undefined) return nothing;
    const { remedy } = problem;
    return html`<div class="note" role="alert">
      ${icons.warning}
      <div class="body">
        ${this.heading === '' ? nothing : html`<h2>${this.heading}</h2>`}
        <p>${problem.message}</p>
        ${
          remedy === 'none'
            ? nothing
            : html`<button class="button" type="button" @click=${() => this.#act(remedy)}>${REMEDY_LABELS[remedy]}</button>`
        }
        <p class="small quiet">Code: ${problem.code}</p>
      </div>
    </div>`;
  }
}

customElements.define('problem-note', ProblemNote);

declare global {
  interface HTMLElementTagNameMap {
    'problem-note': ProblemNote;
  }
}
