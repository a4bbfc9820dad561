import { css, html, LitElement, nothing } from 'lit';
import { canShareScreen } from '../capture/screen.ts';
import { SCENE_KINDS, type SceneKind } from '../encode/scene.ts';
import './green-room.ts';
import './health-panel.ts';
import './insecure-note.ts';
import type { HelpState } from '../protocol/lend.ts';
import { encoderNotes } from './encoder-words.ts';
import { type ConditionNote, conditionNotes } from './live-conditions.ts';
import './live-helpers.ts';
import './live-notes.ts';
import './problem-note.ts';
import './share-panel.ts';
import './site-header.ts';
import './source-picker.ts';
import type { SceneWish } from './source-picker.ts';
import { sourceNotes } from './source-words.ts';
import './status-pill.ts';
import './studio-controls.ts';
import './studio-ended.ts';
import './studio-setup.ts';
import './studio-stage.ts';
import type { Problem, StudioActions, StudioState } from './studio-state.ts';
import { type StudioStatus, safetySentence, studioStatus } from './studio-status.ts';
import './studio-unfinished.ts';
import type { UnfinishedWish } from './studio-unfinished.ts';
import './studio-welcome.ts';
import { fulfil, type StudioWish } from './studio-wishes.ts';
import { showInTab } from './tab-signal.ts';
import { base, controls, page, surfaces } from './theme.ts';

const notesOf = (state: StudioState): readonly ConditionNote[] => [
  ...sourceNotes(state),
  ...encoderNotes(state),
  ...conditionNotes(state.conditions, state.phase.kind, state.isMuted),
];

/** Phones share no screen. */
const scenesHere = (): readonly SceneKind[] =>
  SCENE_KINDS.filter((kind) => canShareScreen() || (kind !== 'screen' && kind !== 'corner'));

const statusOf = ({ phase, upload }: StudioState): StudioStatus =>
  studioStatus(phase, upload?.uplink, upload?.secondsNotUploaded);

/** Everything of the studio that can be seen, from one value; wishes go to `actions` and come back as a new value. */
export class StudioView extends LitElement {
  static override properties = {
    state: { attribute: false },
    actions: { attribute: false },
    isSecure: { attribute: false },
    refusal: { state: true },
    help: { state: true },
  };
  declare state: StudioState | undefined;
  declare actions: StudioActions | undefined;
  declare isSecure: boolean;
  /** What a wish was answered with when it could not be fulfilled. */
  declare refusal: Problem | undefined;
  /** What the origin said last of those who make the smaller pictures. */
  declare help: HelpState | undefined;

  static override styles = [
    base,
    page,
    controls,
    surfaces,
    css`
      main {
        padding-block-start: var(--tc-space-4);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-4);
        margin-block-end: var(--tc-space-4);
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr);
        align-items: start;
        gap: var(--tc-space-5);
      }
      .column {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tc-space-5);
        min-width: 0;
      }
      @media (max-width: 56rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.state = undefined;
    this.actions = undefined;
    this.isSecure = true;
    this.refusal = undefined;
    this.help = undefined;
  }

  protected override willUpdate(): void {
    const { state } = this;
    if (state === undefined) return;
    showInTab(statusOf(state).tone);
  }

  /** A refusal becomes a sentence on the page. */
  #wish(wish: StudioWish): void {
    const { actions } = this;
    if (actions === undefined) return;
    this.refusal = undefined;
    fulfil(actions, wish).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : 'That did not work. Try once more.';
      this.refusal = { code: 'not_done', message, remedy: 'none' };
    });
  }

  #wished = ({ detail }: CustomEvent<StudioWish>): void => this.#wish(detail);
  #file = ({ detail }: CustomEvent<File>): void => this.#wish({ kind: 'file', file: detail });
  #beginWith = ({ detail }: CustomEvent<SceneWish>): void => this.#wish({ kind: 'devices', scene: detail.scene });
  #retry = (): void => this.#wish({ kind: 'retry' });

  #pill() {
    const { state } = this;
    if (state === undefined) return html`<status-pill></status-pill>`;
    return html`<status-pill
      .status=${statusOf(state)}
      .startedAtMs=${state.phase.kind === 'live' ? state.phase.startedAtMs : undefined}
    ></status-pill>`;
  }

  #stage(state: StudioState) {
    return html`<studio-stage
      .tone=${statusOf(state).tone}
      .scene=${state.scene}
      .preview=${state.preview}
      .canvas=${state.previewCanvas}
      .isCameraOff=${state.isCameraOff}
      .isMuted=${state.isMuted}
    ></studio-stage>`;
  }

  /** The left column: what is in front of the person now. */
  #front(state: StudioState) {
    const { phase } = state;
    switch (phase.kind) {
      case 'welcome':
      case 'asking':
        return html`<studio-welcome
            .isAsking=${phase.kind === 'asking'}
            .scenes=${scenesHere().filter((scene) => scene !== 'camera')}
            @file=${this.#file}
            @ask=${() => this.#wish({ kind: 'devices', scene: 'camera' })}
            @scene=${this.#beginWith}
          ></studio-welcome>
          <slot name="upload"></slot>`;
      case 'unfinished':
        return html`<studio-unfinished
          .left=${phase.left}
          @wish=${({ detail }: CustomEvent<UnfinishedWish>) => this.#wish({ kind: 'left', wish: detail })}
        ></studio-unfinished>`;
      case 'blocked':
        return html`<problem-note
          heading="Not ready to go live"
          .problem=${phase.problem}
            @remedy=${this.#retry}
          ></problem-note>
          <div class="card">
            <source-picker
              .scenes=${scenesHere()}
              @file=${this.#file}
              @scene=${this.#beginWith}
            ></source-picker>
          </div>`;
      case 'ended':
        return html`<studio-ended .broadcastId=${state.broadcast?.id} .durationMs=${phase.durationMs}></studio-ended>
          ${
            state.isHelped
              ? html`<live-helpers .isHelped=${true} .isOver=${true} .broadcast=${state.broadcast}></live-helpers>`
              : nothing
          }`;
      case 'failed':
        return html`<problem-note heading="The stream has stopped" .problem=${phase.problem} @remedy=${this.#retry}></problem-note>`;
      default:
        return html`<div>
            ${this.#stage(state)}
            <live-notes .notes=${notesOf(state)}></live-notes>
          </div>
          <studio-controls
            .phase=${phase}
            .probe=${state.probe}
            .isMuted=${state.isMuted}
            .scene=${state.scene}
            .isCameraOff=${state.isCameraOff}
            @wish=${this.#wished}
          ></studio-controls>
          ${
            phase.kind === 'live' || phase.kind === 'ending'
              ? html`<div class="card">
                  <health-panel
                    .renditions=${state.renditions}
                    .upload=${state.upload}
                    .ladder=${state.ladder}
                    .help=${state.isHelped ? this.help : undefined}
                  ></health-panel>
                  ${state.safety === undefined ? nothing : html`<p class="quiet small">${safetySentence(state.safety)}</p>`}
                </div>
                ${
                  state.isHelped && phase.kind === 'live'
                    ? html`<div class="card">
                        <live-helpers
                          .isHelped=${true}
                          .broadcast=${state.broadcast}
                          @help=${({ detail }: CustomEvent<HelpState>) => {
                            this.help = detail;
                          }}
                        ></live-helpers>
                      </div>`
                    : nothing
                }`
              : html`<green-room .state=${state} @wish=${this.#wished}></green-room>`
          }`;
    }
  }

  /** The right column: the stream itself, its qualities and its link. */
  #side(state: StudioState) {
    const { phase } = state;
    const hasDevices = phase.kind === 'ready' || phase.kind === 'starting' || phase.kind === 'live';
    const setup = html`<div class="card">
      <studio-setup
        .streamTitle=${state.broadcast?.title ?? ''}
        .pastTitles=${state.pastTitles}
        .cameras=${state.cameras}
        .microphones=${state.microphones}
        .cameraId=${state.cameraId}
        .facing=${state.facing}
        .microphoneId=${state.microphoneId}
        .sounds=${state.sounds}
        .scene=${state.scene}
        .scenes=${scenesHere()}
        .playout=${state.playout}
        .isLive=${phase.kind === 'live'}
        .isLost=${state.inputs.screen === 'lost'}
        .hasDevices=${hasDevices}
        @wish=${this.#wished}
      ></studio-setup>
    </div>`;
    const isBeforeLive = !['live', 'ending', 'ended', 'failed'].includes(phase.kind);
    const share = html`<div class="card">
      <share-panel .broadcast=${state.broadcast} .isBeforeLive=${isBeforeLive}></share-panel>
    </div>`;
    if (phase.kind === 'live' || phase.kind === 'ending') return html`${share}${setup}`;
    if (phase.kind === 'unfinished') return nothing;
    if (phase.kind === 'ended' || phase.kind === 'failed') return share;
    return html`${setup}${share}`;
  }

  protected override render() {
    const { state } = this;
    return html`<site-header current="studio"></site-header>
      <main tabindex="-1">
        <div class="head">
          <h1>Studio</h1>
          ${this.isSecure ? this.#pill() : nothing}
        </div>
        ${
          !this.isSecure
            ? html`<insecure-note></insecure-note>`
            : state === undefined
              ? html`<p class="quiet">The studio is being set up…</p>`
              : html`<div class="columns">
                  <div class="column">
                    ${
                      this.refusal === undefined
                        ? nothing
                        : html`<problem-note .problem=${this.refusal}></problem-note>`
                    }
                    ${this.#front(state)}
                  </div>
                  <div class="column">${this.#side(state)}</div>
                </div>`
        }
      </main>`;
  }
}

customElements.define('studio-view', StudioView);

declare global {
  interface HTMLElementTagNameMap {
    'studio-view': StudioView;
  }
}
