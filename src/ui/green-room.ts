import { css, html, LitElement } from 'lit';
import type { Preset } from '../encode/ladder-offers.ts';
import type { SceneKind } from '../encode/scene.ts';
import './live-helpers.ts';
import { type PreflightFix, preflightRows } from './preflight.ts';
import './preflight-list.ts';
import './preset-picker.ts';
import './probe-ladder.ts';
import type { StudioState } from './studio-state.ts';
import './test-recording.ts';
import type { TestWish } from './test-recording.ts';
import { base, surfaces } from './theme.ts';

export type GreenRoomWish =
  | { readonly kind: 'measure' | 'retry' }
  /** `scene` undefined: what was tried before. */
  | { readonly kind: 'devices'; readonly scene?: SceneKind }
  | { readonly kind: 'test'; readonly wish: TestWish }
  | { readonly kind: 'preset'; readonly preset: Preset }
  | { readonly kind: 'helped'; readonly isHelped: boolean };

const FIXES: Readonly<Record<PreflightFix, GreenRoomWish>> = { ask: { kind: 'devices' }, measure: { kind: 'measure' } };

/** What is looked at and chosen before going live. Fires `wish` with a `GreenRoomWish`. */
export class GreenRoom extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: StudioState;

  static override styles = [
    base,
    surfaces,
    css`
      :host,
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-5);
      }
    `,
  ];

  #wish(detail: GreenRoomWish): void {
    this.dispatchEvent(new CustomEvent<GreenRoomWish>('wish', { detail }));
  }

  protected override render() {
    const { isHelped, isMuted, scene, encoder, probe, phase, preflight, preset, preview, testRecording } = this.state;
    const { frameRate = 30 } = preview?.getVideoTracks()[0]?.getSettings() ?? {};
    return html`<div class="card">
        <preflight-list
          .rows=${preflightRows(preflight, probe, { isMuted, frameRate, scene, encoder })}
          @fix=${({ detail }: CustomEvent<PreflightFix>) => this.#wish(FIXES[detail])}
        ></preflight-list>
        <test-recording
          .recording=${testRecording}
          .isReady=${phase.kind === 'ready' && probe.kind === 'done'}
          @wish=${({ detail }: CustomEvent<TestWish>) => this.#wish({ kind: 'test', wish: detail })}
        ></test-recording>
      </div>
      <div class="card">
        <preset-picker
          .offers=${probe.kind === 'done' ? probe.offers : []}
          .chosen=${preset}
          @preset=${({ detail }: CustomEvent<Preset>) => this.#wish({ kind: 'preset', preset: detail })}
        ></preset-picker>
        <probe-ladder .probe=${probe} @remedy=${() => this.#wish({ kind: 'retry' })}></probe-ladder>
      </div>
      <div class="card">
        <live-helpers
          .isHelped=${isHelped}
          @helped=${({ detail }: CustomEvent<boolean>) => this.#wish({ kind: 'helped', isHelped: detail })}
        ></live-helpers>
      </div>`;
  }
}

customElements.define('green-room', GreenRoom);

declare global {
  interface HTMLElementTagNameMap {
    'green-room': GreenRoom;
  }
}
