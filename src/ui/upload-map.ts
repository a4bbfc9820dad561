import { css, html, LitElement, nothing } from 'lit';
import type { SegmentView } from '../../workers/recording-messages.ts';
import { base } from './theme.ts';
import { cellWords, doneBy, pieceAfterKey } from './upload-state.ts';

const MAX_ROWS = 24;

const LEGEND = [
  ['waiting', 0, 'Waiting'],
  ['working', 0.5, 'Being made'],
  ['done', 1, 'Done'],
  ['done retried', 1, 'Tried again'],
  ['set-aside', 0, 'Set aside'],
] as const;

/**
 * The map that fills: a column of cells for every ten seconds, one cell for each quality. One stop for the keyboard,
 * whatever its size: arrows go from piece to piece, and what a piece says stands below and is read out.
 */
export class UploadMap extends LitElement {
  static override properties = {
    segments: { attribute: false },
    heights: { attribute: false },
    at: { state: true },
  };
  declare segments: readonly SegmentView[];
  /** Of the renditions, which are made together from one decoding. */
  declare heights: readonly number[];
  /** The piece that is looked at; undefined before the first. */
  declare at: number | undefined;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--tc-space-3);
      }
      .map {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(var(--cell, 1.15rem), 1fr));
        gap: 5px 3px;
      }
      .map:focus-visible {
        outline: 3px solid var(--tc-color-focus);
        outline-offset: 3px;
      }
      .piece {
        display: grid;
        gap: 2px;
        cursor: pointer;
      }
      .at {
        outline: 2px solid var(--tc-color-text);
        outline-offset: 1px;
      }
      .cell {
        height: 0.55rem;
        border: 1px solid var(--tc-color-border-strong);
        border-radius: 2px;
        background: linear-gradient(
          to right,
          var(--tc-color-accent) calc(var(--made) * 100%),
          var(--tc-color-surface-sunken) calc(var(--made) * 100%)
        );
      }
      .done .cell {
        border-color: transparent;
        background: var(--tc-color-good);
      }
      .working .cell {
        border-color: var(--tc-color-accent);
      }
      .helped .cell {
        border-radius: 50%;
      }
      .words {
        min-height: 1.5em;
        overflow-wrap: anywhere;
      }
      details p,
      details li {
        font-size: var(--tc-text-s);
      }
      summary {
        min-height: var(--tc-target);
        align-content: center;
        cursor: pointer;
      }
      .retried .cell {
        box-shadow: inset 0 0 0 2px var(--tc-color-slow);
      }
      .set-aside .cell {
        border-color: transparent;
        background: repeating-linear-gradient(45deg, var(--tc-color-bad) 0 3px, var(--tc-color-bad-soft) 3px 6px);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tc-space-1) var(--tc-space-4);
      }
      .who {
        display: grid;
        overflow-wrap: anywhere;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--tc-space-2);
      }
      li .piece {
        width: 1.15rem;
        cursor: default;
      }
    `,
  ];

  constructor() {
    super();
    this.segments = [];
    this.heights = [];
    this.at = undefined;
  }

  #onKey(event: KeyboardEvent): void {
    const grid = this.renderRoot.querySelector('.map');
    const columns = grid === null ? 1 : getComputedStyle(grid).gridTemplateColumns.split(' ').length;
    const to = pieceAfterKey(event.key, this.at ?? -1, { total: this.segments.length, columns });
    if (to === undefined) return;
    event.preventDefault();
    this.at = to;
  }

  #piece(view: SegmentView, index: number) {
    const retried = view.failures > 0 && view.state !== 'set-aside' ? 'retried' : '';
    const helped = view.isHelped ? 'helped' : '';
    return html`<span
      class="piece ${view.state} ${retried} ${helped} ${index === this.at ? 'at' : ''}"
      title=${cellWords(view)}
      style="--made: ${view.progress.toFixed(2)}"
      @click=${() => {
        this.at = index;
      }}
      >${this.heights.map(() => html`<span class="cell"></span>`)}</span
    >`;
  }

  protected override render() {
    const at = this.at === undefined ? undefined : this.segments[this.at];
    const total = this.segments.length;
    const words = at === undefined ? 'Arrow keys go from piece to piece' : cellWords(at);
    const qualities = this.heights.map((height) => `${height}p`).join(', ');
    return html`<div
        class="map"
        role="slider"
        tabindex="0"
        aria-label="Pieces of ten seconds"
        aria-valuemin="1"
        aria-valuemax=${total}
        aria-valuenow=${(this.at ?? 0) + 1}
        aria-valuetext=${words}
        style=${`--cell: ${total > 400 ? '0.5rem' : '1.15rem'}`}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
      >
        ${this.segments.map((view, index) => this.#piece(view, index))}
      </div>
      <p class="small words" aria-hidden="true">
        ${at === undefined ? 'Point at a piece, or go there with the arrow keys, to see who has it.' : words}
      </p>
      <p class="small quiet">
        A column is ten seconds, from top to bottom in ${qualities}: made together, from one decoding.
      </p>
      <ul class="small quiet" aria-hidden="true">
        ${LEGEND.map(
          ([kind, made, label]) =>
            html`<li><span class="piece ${kind}" style="--made: ${made}"><span class="cell"></span></span>${label}</li>`,
        )}
        ${
          this.segments.some(({ isHelped }) => isHelped)
            ? html`<li><span class="piece done helped"><span class="cell"></span></span>By a helper</li>`
            : nothing
        }
      </ul>
      ${this.#who()}`;
  }

  /** The same in words, for whoever cannot point at a cell. */
  #who() {
    const open = this.segments.filter(
      ({ state, failures }) => state === 'working' || (failures > 0 && state !== 'done'),
    );
    const shown = open.slice(0, MAX_ROWS);
    return html`<details>
      <summary>Who makes what</summary>
      <ul class="who">
        ${doneBy(this.segments).map((words) => html`<li>${words}</li>`)} ${shown.map((view) => html`<li>${cellWords(view)}</li>`)}
        ${open.length > shown.length ? html`<li>and ${open.length - shown.length} more</li>` : nothing}
      </ul>
    </details>`;
  }
}

customElements.define('upload-map', UploadMap);

declare global {
  interface HTMLElementTagNameMap {
    'upload-map': UploadMap;
  }
}
