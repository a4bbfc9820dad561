import { css, html, LitElement, nothing } from 'lit';
import type { SegmentView } from '../../workers/recording-messages.ts';
import { base } from './theme.ts';
import { cellWords, countSegments, doneBy } from './upload-state.ts';

const MAX_ROWS = 24;

/** The map that fills: a cell for every ten seconds, all qualities at once. */
export class UploadMap extends LitElement {
  static override properties = { segments: { attribute: false }, heights: { attribute: false } };
  declare segments: readonly SegmentView[];
  /** Of the renditions, which are made together from one decoding. */
  declare heights: readonly number[];

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
        gap: 3px;
      }
      .cell {
        aspect-ratio: 1;
        border: 1px solid var(--tc-color-border-strong);
        border-radius: 3px;
        background: linear-gradient(
          to top,
          var(--tc-color-accent) calc(var(--made) * 100%),
          var(--tc-color-surface-sunken) calc(var(--made) * 100%)
        );
      }
      .done {
        border-color: transparent;
        background: var(--tc-color-good);
      }
      .working {
        border-color: var(--tc-color-accent);
      }
      .helped {
        border-radius: 50%;
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
      .retried {
        box-shadow: inset 0 0 0 2px var(--tc-color-slow);
      }
      .set-aside {
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
      li .cell {
        width: 0.9rem;
      }
    `,
  ];

  constructor() {
    super();
    this.segments = [];
    this.heights = [];
  }

  #cell(view: SegmentView) {
    const words = cellWords(view);
    const retried = view.failures > 0 && view.state !== 'set-aside' ? 'retried' : '';
    const helped = view.isHelped ? 'helped' : '';
    return html`<span class="cell ${view.state} ${retried} ${helped}" title=${words} style="--made: ${view.progress.toFixed(2)}"></span>`;
  }

  protected override render() {
    const { done, working, setAside, total } = countSegments(this.segments);
    const words = `${done} of ${total} pieces of ten seconds are done, ${working} are in work${setAside === 0 ? '' : `, ${setAside} are set aside`}`;
    return html`<div class="map" role="img" aria-label=${words} style=${`--cell: ${total > 400 ? '0.7rem' : '1.15rem'}`}>
        ${this.segments.map((view) => this.#cell(view))}
      </div>
      <ul class="small quiet" aria-hidden="true">
        <li><span class="cell" style="--made: 0"></span>Waiting</li>
        <li><span class="cell working" style="--made: 0.5"></span>Being made</li>
        <li><span class="cell done"></span>Done</li>
        <li><span class="cell done retried"></span>Tried again</li>
        <li><span class="cell set-aside"></span>Set aside</li>
        ${
          this.segments.some(({ isHelped }) => isHelped)
            ? html`<li><span class="cell done helped"></span>By a helper</li>`
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
      <p>Each piece is made in ${this.heights.map((height) => `${height}p`).join(', ')} by whoever has it.</p>
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
