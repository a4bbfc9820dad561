import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import { linkFrom, typedMediaMs, typedWallMs } from './start-wish.ts';
import { base, controls, fields } from './theme.ts';

type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'copied' }
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Typing a time goes there; sharing makes a link to the moment that is on. Fires `go-to` with media milliseconds. */
export class TimeLinks extends LitElement {
  static override properties = {
    positionMs: { attribute: false },
    endMs: { attribute: false },
    startedAtMs: { attribute: false },
    isLive: { attribute: false },
    answer: { state: true },
  };
  declare positionMs: number;
  declare endMs: number;
  declare startedAtMs: number | undefined;
  declare isLive: boolean;
  declare answer: Answer;

  static override styles = [
    base,
    controls,
    fields,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--tc-space-3);
      }
      .field {
        flex: 0 1 11rem;
      }
      p {
        margin-block-start: var(--tc-space-2);
        overflow-wrap: anywhere;
      }
      .refused {
        color: var(--tc-color-bad);
      }
      .share {
        margin-inline-start: auto;
      }
      @media (max-width: 34rem) {
        .share {
          flex: 1 1 100%;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.positionMs = 0;
    this.endMs = 0;
    this.isLive = false;
    this.answer = { kind: 'none' };
  }

  /** While it is live a time of day counts first where there was one; else it is media time. */
  #mediaMsOf(text: string): number | undefined {
    const { startedAtMs } = this;
    const wall = this.isLive && startedAtMs !== undefined ? typedWallMs(text, startedAtMs, Date.now()) : undefined;
    return wall ?? typedMediaMs(text);
  }

  #go(event: SubmitEvent): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector('input');
    const mediaMs = this.#mediaMsOf(input?.value ?? '');
    if (mediaMs === undefined || mediaMs > this.endMs) {
      const sentence =
        mediaMs === undefined ? 'Type a time like 1:02:03 or 4:05.' : 'That is beyond what there is to play.';
      this.answer = { kind: 'refused', sentence };
      return;
    }
    this.answer = { kind: 'none' };
    this.dispatchEvent(new CustomEvent('go-to', { detail: mediaMs }));
  }

  async #share(): Promise<void> {
    const url = linkFrom(location.href, this.positionMs, this.startedAtMs, this.isLive);
    try {
      await navigator.clipboard.writeText(url);
      this.answer = { kind: 'copied' };
    } catch {
      this.answer = { kind: 'link', url };
    }
  }

  protected override render() {
    const { answer } = this;
    return html`<form @submit=${(event: SubmitEvent) => this.#go(event)}>
        <div class="field">
          <label for="time">Go to a time</label>
          <input
            id="time"
            type="text"
            inputmode="text"
            autocomplete="off"
            placeholder=${this.isLive ? '14:05 or 1:02:03' : '1:02:03'}
            aria-invalid=${answer.kind === 'refused'}
            aria-describedby="answer"
          />
        </div>
        <button class="button" type="submit">Go</button>
        <button class="button share" type="button" @click=${() => this.#share()}>
          ${answer.kind === 'copied' ? icons.check : icons.copy}Share from here
        </button>
      </form>
      <p id="answer" role="status" class="small ${answer.kind === 'refused' ? 'refused' : 'quiet'}" ?hidden=${answer.kind === 'none'}>
        ${answer.kind === 'refused' ? answer.sentence : nothing}
        ${answer.kind === 'copied' ? 'A link to this moment is copied.' : nothing}
        ${answer.kind === 'link' ? answer.url : nothing}
      </p>`;
  }
}

customElements.define('time-links', TimeLinks);

declare global {
  interface HTMLElementTagNameMap {
    'time-links': TimeLinks;
  }
}
