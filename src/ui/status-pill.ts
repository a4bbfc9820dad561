import { css, html, LitElement, nothing } from 'lit';
import './live-clock.ts';
import type { StudioStatus } from './studio-status.ts';
import { base } from './theme.ts';

/** The studio's one live region, always in the page so that every change is announced; the clock stays out of it. */
export class StatusPill extends LitElement {
  static override properties = { status: { attribute: false }, startedAtMs: { attribute: false } };
  declare status: StudioStatus;
  /** Undefined while nothing is live. */
  declare startedAtMs: number | undefined;

  static override styles = [
    base,
    css`
      .pill {
        display: inline-flex;
        align-items: center;
        gap: var(--tc-space-2);
        min-height: 2.25rem;
        padding: var(--tc-space-1) var(--tc-space-4);
        border: 1px solid var(--tc-color-border);
        border-radius: var(--tc-radius-pill);
        background: var(--tc-color-surface);
        font-size: var(--tc-text-s);
        font-weight: var(--tc-weight-medium);
        line-height: 1.35;
      }
      .dot {
        flex: none;
        width: 0.625rem;
        height: 0.625rem;
        border-radius: 50%;
        background: var(--tc-color-border-strong);
      }
      .waiting .dot {
        background: transparent;
        box-shadow: inset 0 0 0 2px currentColor;
      }
      .on-air {
        border-color: transparent;
        background: var(--tc-color-live);
        color: var(--tc-color-on-live);
      }
      .on-air .dot {
        background: currentColor;
        animation: breathe 2s ease-in-out infinite;
      }
      .trouble {
        border-color: transparent;
        border-radius: var(--tc-radius-l);
        background: var(--tc-color-slow-soft);
        color: var(--tc-color-slow);
      }
      .trouble .dot {
        background: currentColor;
      }
      @keyframes breathe {
        50% {
          opacity: 0.45;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .on-air .dot {
          animation: none;
        }
      }
      .detail {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.status = { text: 'Setting up…', tone: 'waiting' };
    this.startedAtMs = undefined;
  }

  protected override render() {
    return html`<div class="pill ${this.status.tone}">
      <span class="dot" aria-hidden="true"></span>
      <span
        ><span role="status">${this.status.text}</span>${
          this.status.detail === undefined ? nothing : html`: <span class="detail">${this.status.detail}</span>`
        }</span
      >
      ${this.startedAtMs === undefined ? nothing : html`<live-clock .startedAtMs=${this.startedAtMs}></live-clock>`}
    </div>`;
  }
}

customElements.define('status-pill', StatusPill);

declare global {
  interface HTMLElementTagNameMap {
    'status-pill': StatusPill;
  }
}
