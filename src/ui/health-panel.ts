import { css, html, LitElement, nothing } from 'lit';
import type { HelpedRendition, HelpState } from '../protocol/lend.ts';
import type { LadderReport, RenditionStats, UploadStats } from '../protocol/stats.ts';
import {
  type Health,
  helpedHealth,
  helpedText,
  renditionHealth,
  repeatNote,
  restSentence,
  roomNote,
  stopNote,
  uplinkHealth,
} from './health-words.ts';
import { icons } from './icons.ts';
import { kilobitsText } from './rate-words.ts';
import { base, surfaces } from './theme.ts';

/** The counters of a live stream, per quality and for the line, each with a word that says whether it is well. */
export class HealthPanel extends LitElement {
  static override properties = {
    renditions: { attribute: false },
    upload: { attribute: false },
    ladder: { attribute: false },
    help: { attribute: false },
  };
  declare renditions: readonly RenditionStats[];
  declare upload: UploadStats | undefined;
  declare ladder: LadderReport;
  /** Of a live whose smaller pictures helpers make, once it is known. */
  declare help: HelpState | undefined;

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        container-type: inline-size;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-4);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--tc-text-s);
      }
      th,
      td {
        padding: var(--tc-space-3) var(--tc-space-2);
        border-bottom: 1px solid var(--tc-color-border);
        text-align: end;
        white-space: nowrap;
      }
      th {
        color: var(--tc-color-text-quiet);
        font-weight: var(--tc-weight-medium);
        line-height: 1.3;
        vertical-align: bottom;
        white-space: normal;
      }
      th:first-child,
      td:first-child,
      th:nth-child(2),
      td:nth-child(2) {
        text-align: start;
      }
      th:first-child {
        padding-inline-start: 0;
      }
      tbody th {
        color: var(--tc-color-text);
        vertical-align: middle;
      }
      tr:last-child > * {
        border-bottom: 0;
      }
      td.by {
        text-align: start;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .badge svg {
        width: 0.875rem;
        height: 0.875rem;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
        gap: var(--tc-space-3);
      }
      dl > div {
        padding: var(--tc-space-3);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-page);
      }
      dt {
        color: var(--tc-color-text-quiet);
        font-size: var(--tc-text-s);
      }
      dd {
        font-size: var(--tc-text-l);
        font-weight: var(--tc-weight-medium);
      }
      .advice {
        display: grid;
        gap: var(--tc-space-2);
        padding: var(--tc-space-3) var(--tc-space-4);
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-slow-soft);
        color: var(--tc-color-slow);
      }
      @container (max-width: 36rem) {
        thead {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        table,
        tbody {
          display: block;
        }
        tbody tr {
          display: grid;
          grid-template-columns: 1fr 1fr;
          padding-block: var(--tc-space-3);
          border-bottom: 1px solid var(--tc-color-border);
        }
        tbody tr > * {
          display: flex;
          justify-content: space-between;
          gap: var(--tc-space-2);
          padding: var(--tc-space-1) 0;
          border: 0;
          text-align: start;
        }
        tbody tr > td:nth-child(n + 3) {
          grid-column: 1 / -1;
        }
        tbody tr > td:nth-child(2) {
          justify-content: end;
        }
        tbody td[data-name]::before {
          content: attr(data-name);
          color: var(--tc-color-text-quiet);
        }
        tbody tr:last-child {
          border-bottom: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.renditions = [];
    this.upload = undefined;
    this.ladder = { resting: [], reason: undefined, broken: [] };
    this.help = undefined;
  }

  #badge(health: Health) {
    return html`<span class="badge ${health.tone}"
      >${health.tone === 'good' ? icons.check : icons.warning}${health.word}</span
    >`;
  }

  /** The roles are written out because a table laid out as blocks loses its own. */
  #row(stats: RenditionStats) {
    const name = stats.track.startsWith('v') ? `${stats.track.slice(1)}p` : 'Sound';
    return html`<tr role="row">
      <th role="rowheader" scope="row">${name}</th>
      <td role="cell">${this.#badge(renditionHealth(stats))}</td>
      <td role="cell" class="numbers" data-name="Rate">
        <span>${kilobitsText(stats.actualBps)} of ${kilobitsText(stats.targetBps)} kb/s</span>
      </td>
      <td role="cell" class="numbers" data-name="Frames encoded">${stats.framesEncoded.toLocaleString('en')}</td>
      <td role="cell" class="numbers" data-name="Frames repeated">${stats.framesRepeated.toLocaleString('en')}</td>
      <td role="cell" class="numbers" data-name="Encoder delay">${Math.round(stats.encodeDelayMsP50)} ms</td>
    </tr>`;
  }

  #helpedRow(rendition: HelpedRendition, help: HelpState) {
    return html`<tr role="row">
      <th role="rowheader" scope="row">${`${rendition.track.slice(1)}p`}</th>
      <td role="cell">${this.#badge(helpedHealth(rendition))}</td>
      <td role="cell" class="by numbers" colspan="4" aria-colspan="4">${helpedText(rendition, help)}</td>
    </tr>`;
  }

  #table() {
    const { help } = this;
    const headings = ['Quality', 'Status', 'Rate', 'Frames encoded', 'Frames repeated', 'Encoder delay'];
    return html`<table role="table" aria-label="Each quality">
      <thead role="rowgroup">
        <tr role="row">
          ${headings.map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${this.renditions.map((stats) => this.#row(stats))}
        ${help === undefined ? nothing : help.helped.map((one) => this.#helpedRow(one, help))}
      </tbody>
    </table>`;
  }

  #line(upload: UploadStats) {
    return html`<dl>
      <div>
        <dt>Connection</dt>
        <dd>${this.#badge(uplinkHealth(upload))}</dd>
      </div>
      <div>
        <dt>Upload round trip</dt>
        <dd class="numbers">${Math.round(upload.roundTripMsP50)} ms</dd>
      </div>
      <div>
        <dt>Not yet uploaded</dt>
        <dd class="numbers">${upload.secondsNotUploaded.toFixed(1)} s</dd>
      </div>
      <div>
        <dt>Sent again</dt>
        <dd class="numbers">${upload.retries.toLocaleString('en')}</dd>
      </div>
    </dl>`;
  }

  protected override render() {
    const line = this.upload === undefined ? '' : uplinkHealth(this.upload).sentence;
    const advice = [
      ...new Set([
        line,
        restSentence(this.ladder),
        this.upload === undefined ? '' : roomNote(this.upload),
        ...this.renditions.map((stats) => renditionHealth(stats).sentence),
        ...(this.help?.helped ?? []).map((one) => helpedHealth(one).sentence),
        repeatNote(this.renditions),
        stopNote(this.renditions),
      ]),
    ].filter((text) => text !== '');
    return html`<section aria-labelledby="health">
      <h2 id="health">Stream health</h2>
      ${this.upload === undefined ? nothing : this.#line(this.upload)}
      ${this.renditions.length === 0 ? html`<p class="quiet">The first numbers come in a second.</p>` : this.#table()}
      ${advice.length === 0 ? nothing : html`<div class="advice small">${advice.map((text) => html`<p>${text}</p>`)}</div>`}
    </section>`;
  }
}

customElements.define('health-panel', HealthPanel);

declare global {
  interface HTMLElementTagNameMap {
    'health-panel': HealthPanel;
  }
}
