import { css, html, LitElement, nothing } from 'lit';
import { CAPABILITY_GROUPS, type Capability, type CapabilityGroup } from './capability-checks.ts';
import { reportText } from './capability-report.ts';
import { icons } from './icons.ts';
import './site-header.ts';
import { base, controls, page, surfaces } from './theme.ts';

const WORDS = { yes: 'Yes', partly: 'Partly', no: 'No' } as const;
const TONES = { yes: 'good', partly: 'slow', no: 'bad' } as const;
const ICONS = { yes: icons.check, partly: icons.info, no: icons.close } as const;

/** `/capabilities`: what this browser can do here, found by trying it. */
export class CapabilitiesPage extends LitElement {
  static override properties = { answers: { state: true }, copied: { state: true } };
  /** By the name of the check; missing while it still runs. */
  declare answers: ReadonlyMap<string, Capability>;
  declare copied: 'not-yet' | 'copied' | 'blocked';

  static override styles = [
    base,
    page,
    controls,
    surfaces,
    css`
      main {
        max-width: 52rem;
      }
      h1 {
        margin-block-end: var(--tc-space-3);
      }
      section {
        margin-block-start: var(--tc-space-6);
      }
      h2 {
        margin-block-end: var(--tc-space-3);
      }
      .card {
        padding: 0 var(--tc-space-5);
      }
      li {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: var(--tc-space-1) var(--tc-space-4);
        align-items: center;
        padding: var(--tc-space-4) 0;
      }
      li + li {
        border-top: 1px solid var(--tc-color-border);
      }
      li p {
        grid-column: 1 / -1;
      }
      details {
        margin-block-start: var(--tc-space-3);
      }
      summary {
        min-height: var(--tc-target);
        align-content: center;
        cursor: pointer;
      }
      pre {
        overflow-x: auto;
        margin: 0;
        padding: var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-surface-sunken);
        font-family: var(--tc-font-mono);
        font-size: var(--tc-text-s);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .badge svg {
        width: 0.9rem;
        height: 0.9rem;
      }
    `,
  ];

  constructor() {
    super();
    this.answers = new Map();
    this.copied = 'not-yet';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'What this browser can do · Tabcast';
    void this.#runAll();
  }

  async #runAll(): Promise<void> {
    for (const check of CAPABILITY_GROUPS.flatMap((group) => group.checks)) {
      const answer = await check
        .run()
        .catch(
          (): Capability => ({ answer: 'no', sentence: 'The browser broke off this check, so do not rely on it.' }),
        );
      this.answers = new Map(this.answers).set(check.name, answer);
    }
  }

  #verdict(): string {
    const answersOf = (group: CapabilityGroup) => group.checks.map((check) => this.answers.get(check.name));
    const all = CAPABILITY_GROUPS.map(answersOf);
    if (all.flat().includes(undefined)) return 'Trying each thing once…';
    const [canWatch, canGoLive] = all.map((answers) => answers.every((answer) => answer?.answer !== 'no'));
    if (canWatch && canGoLive) return 'This browser can watch and go live.';
    if (canWatch) return 'This browser can watch. To go live, see what is missing below.';
    return canGoLive ? 'This browser can go live, but it cannot watch.' : 'This browser can neither watch nor go live.';
  }

  get #report(): string {
    return reportText(CAPABILITY_GROUPS, this.answers, {
      userAgent: navigator.userAgent,
      cores: navigator.hardwareConcurrency,
      address: location.protocol === 'https:' ? 'HTTPS' : 'HTTP',
    });
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#report);
      this.copied = 'copied';
    } catch {
      this.copied = 'blocked';
    }
  }

  /** Once everything was tried: half a report would only mislead. */
  #reportPart() {
    const isWhole = CAPABILITY_GROUPS.every(({ checks }) => checks.every(({ name }) => this.answers.has(name)));
    return html`<section aria-labelledby="report">
      <h2 id="report">Report</h2>
      <button class="button" type="button" ?disabled=${!isWhole} @click=${() => void this.#copy()}>
        ${this.copied === 'copied' ? icons.check : icons.copy}${this.copied === 'copied' ? 'Copied' : 'Copy the report'}
      </button>
      <p class="small quiet" aria-live="polite">
        ${this.copied === 'blocked' ? 'Copying is blocked here. Open the report and select it.' : 'As text, to paste into an issue. It names the browser, nothing else of you.'}
      </p>
      ${
        isWhole
          ? html`<details ?open=${this.copied === 'blocked'}>
              <summary>Show the report</summary>
              <pre tabindex="0">${this.#report}</pre>
            </details>`
          : nothing
      }
    </section>`;
  }

  #row(name: string) {
    const answer = this.answers.get(name);
    return html`<li>
      <h3>${name}</h3>
      ${
        answer === undefined
          ? html`<span class="badge">Trying…</span>`
          : html`<span class="badge ${TONES[answer.answer]}">${ICONS[answer.answer]}${WORDS[answer.answer]}</span>
              <p class="small quiet">${answer.sentence}</p>`
      }
    </li>`;
  }

  protected override render() {
    return html`<site-header></site-header>
      <main tabindex="-1">
        <h1>What this browser can do</h1>
        <p class="quiet" role="status">${this.#verdict()}</p>
        ${CAPABILITY_GROUPS.map(
          (group) => html`<section>
            <h2>${group.heading}</h2>
            <div class="card">
              <ul>
                ${group.checks.map((check) => this.#row(check.name))}
              </ul>
            </div>
          </section>`,
        )}
        ${this.#reportPart()}
      </main>`;
  }
}

customElements.define('capabilities-page', CapabilitiesPage);

declare global {
  interface HTMLElementTagNameMap {
    'capabilities-page': CapabilitiesPage;
  }
}
