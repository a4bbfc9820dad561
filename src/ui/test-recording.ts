import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { icons } from './icons.ts';
import { toProblem } from './studio-problem.ts';
import type { Problem, TestRecording } from './studio-state.ts';
import { showRecording } from './test-playback.ts';
import { base, controls } from './theme.ts';
import { webawesomeTheme } from './webawesome-theme.ts';

export type TestWish = 'recordTest' | 'closeTest';

/** Five seconds as viewers would get them, played back here. Fires `wish` with a `TestWish`. */
export class TestRecordingElement extends LitElement {
  static override properties = {
    recording: { attribute: false },
    isReady: { attribute: false },
    problem: { state: true },
  };
  declare recording: TestRecording;
  /** False while the machine is still being measured: a test would disturb it, and be disturbed. */
  declare isReady: boolean;
  /** Of playing it. */
  declare problem: Problem | undefined;

  #free: () => void = () => undefined;

  static override styles = [
    base,
    controls,
    webawesomeTheme,
    css`
      section {
        display: grid;
        gap: var(--tc-space-3);
        padding-block-start: var(--tc-space-4);
        border-top: 1px solid var(--tc-color-border);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-3);
      }
      .row p {
        flex: 1 1 14rem;
      }
      video {
        width: 100%;
        max-height: 60vh;
        border-radius: var(--tc-radius-m);
        background: var(--tc-color-video-backdrop);
      }
      wa-progress-bar {
        --track-height: 0.5rem;
      }
    `,
  ];

  constructor() {
    super();
    this.recording = { kind: 'none' };
    this.isReady = false;
    this.problem = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#free();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('recording') && changed.get('recording')?.kind !== this.recording.kind) void this.#show();
  }

  async #show(): Promise<void> {
    this.#free();
    this.#free = () => undefined;
    const { recording } = this;
    if (recording.kind !== 'recorded') {
      this.problem = undefined;
      return;
    }
    const video = this.renderRoot.querySelector('video');
    if (video === null) return;
    try {
      this.#free = await showRecording(video, recording.tracks);
    } catch (cause) {
      this.problem = toProblem(cause, 'none');
      return;
    }
    // A browser that wants another press for sound has the button in the picture.
    await video.play().catch(() => undefined);
  }

  #wish(wish: TestWish): void {
    this.dispatchEvent(new CustomEvent<TestWish>('wish', { detail: wish }));
  }

  #button(label: string) {
    return html`<button class="button" type="button" ?disabled=${!this.isReady} @click=${() => this.#wish('recordTest')}>
      ${icons.play}${label}
    </button>`;
  }

  #body() {
    const { recording, problem } = this;
    switch (recording.kind) {
      case 'none':
        return html`<div class="row">
          <p class="small quiet">See and hear 5 s of yourself as viewers would. Nothing is sent.</p>
          ${this.#button('Record a test')}
        </div>`;
      case 'recording':
        return html`<p class="small">Recording 5 s. Speak and move…</p>
          <wa-progress-bar value=${Math.round(recording.progress * 100)} label="Test recording"></wa-progress-bar>`;
      case 'failed':
        return html`<div class="row">
          <p class="small">${recording.problem.message}</p>
          ${this.#button('Record again')}
        </div>`;
      case 'recorded':
        return html`<video controls playsinline aria-label="Test recording"></video>
          <div class="row">
            <p class="small quiet">${problem?.message ?? 'Made and packed as a broadcast is. Nothing was sent.'}</p>
            ${this.#button('Record again')}
            <button class="button quiet-button" type="button" @click=${() => this.#wish('closeTest')}>Close</button>
          </div>`;
    }
  }

  protected override render() {
    return html`<section aria-label="Test recording">${this.#body()}</section>`;
  }
}

customElements.define('test-recording', TestRecordingElement);

declare global {
  interface HTMLElementTagNameMap {
    'test-recording': TestRecordingElement;
  }
}
