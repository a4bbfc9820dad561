import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import './problem-note.ts';
import { heightText, rateText } from './rate-words.ts';
import type { ProbeState } from './studio-state.ts';
import { base, surfaces } from './theme.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

const PROBE_SENTENCES = {
  encoder: 'Measuring how fast this machine encodes…',
  uplink: 'Measuring your line’s upload…',
} as const;

type Measured = Extract<ProbeState, { kind: 'done' }>;

/** What viewers will be able to choose from: found by measuring, with what was left out and why. */
export class ProbeLadder extends LitElement {
  static override properties = { probe: { attribute: false } };
  declare probe: ProbeState;

  static override styles = [
    base,
    surfaces,
    webawesomeTheme,
    css`
      section {
        display: grid;
        gap: var(--tc-space-3);
      }
      wa-progress-bar {
        --track-height: 0.5rem;
      }
      ul {
        display: grid;
        gap: var(--tc-space-1);
      }
      li {
        display: grid;
        grid-template-columns: 8.5rem minmax(2rem, 1fr) auto;
        align-items: center;
        gap: var(--tc-space-3);
        min-height: 2rem;
      }
      .bar {
        height: 0.5rem;
        border-radius: var(--tc-radius-pill);
        background: var(--tc-color-accent);
        width: var(--share);
        min-width: 0.5rem;
      }
      .left-out {
        padding-top: var(--tc-space-3);
        border-top: 1px solid var(--tc-color-border);
      }
      .left-out li {
        display: block;
        min-height: 0;
      }
      strong {
        font-weight: var(--tc-weight-medium);
      }
    `,
  ];

  constructor() {
    super();
    this.probe = { kind: 'waiting' };
  }

  #measured(probe: Measured) {
    const top = Math.max(1, ...probe.rungs.map((rung) => rung.bitrateBps));
    const rungs = probe.rungs.toSorted((a, b) => b.height - a.height);
    const leftOut = probe.leftOut.toSorted((a, b) => b.height - a.height);
    return html`<p class="small quiet">
        Each viewer gets the best of these that their own line carries. This machine encodes
        ${Math.round(probe.encoderFps)} pictures a second and your line uploads ${rateText(probe.uplinkBps)}; at most
        70 % of it is used.
      </p>
      <ul>
        ${rungs.map(
          (rung) => html`<li>
            <strong>${heightText(rung.height)}</strong>
            <span aria-hidden="true"
              ><span class="bar" .style=${`display: block; --share: ${Math.round((rung.bitrateBps / top) * 100)}%`}></span
            ></span>
            <span class="small quiet numbers">${rateText(rung.bitrateBps)}</span>
          </li>`,
        )}
      </ul>
      ${
        leftOut.length === 0
          ? nothing
          : html`<ul class="left-out small" aria-label="Left out">
              ${leftOut.map(
                ({ height, reason }) =>
                  html`<li><strong>${heightText(height)} left out.</strong> <span class="quiet">${reason}</span></li>`,
              )}
            </ul>`
      }`;
  }

  #body() {
    const { probe } = this;
    switch (probe.kind) {
      case 'waiting':
        return html`<p class="small quiet">Measured as soon as the camera is on, so that nothing is promised that cannot be kept.</p>`;
      case 'running':
        return html`<p class="small">${PROBE_SENTENCES[probe.what]}</p>
          <wa-progress-bar value=${Math.round(probe.progress * 100)} label=${PROBE_SENTENCES[probe.what]}></wa-progress-bar>`;
      case 'done':
        return this.#measured(probe);
      case 'failed':
        return html`<problem-note .problem=${probe.problem}></problem-note>`;
    }
  }

  protected override render() {
    return html`<section aria-labelledby="ladder">
      <h2 id="ladder">What viewers get</h2>
      ${this.#body()}
    </section>`;
  }
}

customElements.define('probe-ladder', ProbeLadder);

declare global {
  interface HTMLElementTagNameMap {
    'probe-ladder': ProbeLadder;
  }
}
