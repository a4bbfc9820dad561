import { css, html, LitElement, nothing } from 'lit';
import { canShareScreen } from '../capture/screen.ts';
import type { Preset } from '../encode/ladder-offers.ts';
import { SCENE_KINDS, type SceneKind } from '../encode/scene.ts';
import './health-panel.ts';
import './insecure-note.ts';
import { encoderNotes } from './encoder-words.ts';
import { type ConditionNote, conditionNotes } from './live-conditions.ts';
import './live-helpers.ts';
import './live-notes.ts';
import { type PreflightFix, preflightRows } from './preflight.ts';
import './preflight-list.ts';
import './preset-picker.ts';
import './probe-ladder.ts';
import './problem-note.ts';
import './share-panel.ts';
import './site-header.ts';
import './source-picker.ts';
import type { SceneWish } from './source-picker.ts';
import { sourceNotes } from './source-words.ts';
import './status-pill.ts';
import './studio-controls.ts';
import type { ControlWish } from './studio-controls.ts';
import './studio-ended.ts';
import './studio-setup.ts';
import type { SetupWish } from './studio-setup.ts';
import './studio-stage.ts';
import type { Problem, StudioActions, StudioState } from './studio-state.ts';
import { type StudioStatus, safetySentence, studioStatus } from './studio-status.ts';
import './studio-unfinished.ts';
import type { UnfinishedWish } from './studio-unfinished.ts';
import './studio-welcome.ts';
import { showInTab } from './tab-signal.ts';
import './test-recording.ts';
import type { TestWish } from './test-recording.ts';
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
  };
  declare state: StudioState | undefined;
  declare actions: StudioActions | undefined;
  declare isSecure: boolean;
  /** What a wish was answered with when it could not be fulfilled. */
  declare refusal: Problem | undefined;

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
      .stack {
        display: grid;
        gap: var(--tc-space-5);
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
  }

  protected override willUpdate(): void {
    const { state } = this;
    if (state === undefined) return;
    showInTab(statusOf(state).tone);
  }

  /** Starts a wish; a refusal becomes a sentence on the page. */
  #wish(start: (actions: StudioActions) => Promise<void>): void {
    const { actions } = this;
    if (actions === undefined) return;
    this.refusal = undefined;
    start(actions).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : 'That did not work. Try once more.';
      this.refusal = { code: 'not_done', message, remedy: 'none' };
    });
  }

  #setup({ detail: wish }: CustomEvent<SetupWish>): void {
    this.#wish((actions) => {
      switch (wish.kind) {
        case 'title':
          return actions.setTitle(wish.title);
        case 'camera':
          return actions.chooseCamera(wish.id);
        case 'turn-camera':
          return actions.turnCamera();
        case 'microphone':
          return actions.chooseMicrophone(wish.id);
        case 'scene':
          return actions.chooseScene(wish.scene, wish.isAnother);
        case 'file':
          return actions.chooseFile(wish.file);
        case 'playout':
          actions.controlFile(wish.wish);
          return Promise.resolve();
        case 'volume':
          actions.setVolume(wish.input, wish);
          return Promise.resolve();
      }
    });
  }

  #file = ({ detail }: CustomEvent<File>): void => this.#wish((actions) => actions.chooseFile(detail));

  #control({ detail: wish }: CustomEvent<ControlWish>): void {
    switch (wish.kind) {
      case 'mute':
        this.actions?.setMuted(wish.isMuted);
        return;
      case 'camera-off':
        this.actions?.setCameraOff(wish.isOff);
        return;
      case 'go-live':
        this.#wish((actions) => actions.goLive());
        return;
      case 'end-stream':
        this.#wish((actions) => actions.endStream());
    }
  }

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

  #retry = (): void => this.#wish((actions) => actions.retry());

  #fix(fix: PreflightFix): void {
    if (fix === 'measure') this.actions?.measure();
    else this.#wish((actions) => actions.askForDevices());
  }

  /** What is looked at and chosen before going live. */
  #greenRoom(state: StudioState) {
    const { frameRate = 30 } = state.preview?.getVideoTracks()[0]?.getSettings() ?? {};
    const { isMuted, scene, encoder } = state;
    const rows = preflightRows(state.preflight, state.probe, { isMuted, frameRate, scene, encoder });
    const { probe } = state;
    return html`<div class="card stack">
        <preflight-list .rows=${rows} @fix=${({ detail }: CustomEvent<PreflightFix>) => this.#fix(detail)}></preflight-list>
        <test-recording
          .recording=${state.testRecording}
          .isReady=${state.phase.kind === 'ready' && probe.kind === 'done'}
          @wish=${({ detail }: CustomEvent<TestWish>) => this.actions?.[detail]()}
        ></test-recording>
      </div>
      <div class="card stack">
        <preset-picker
          .offers=${probe.kind === 'done' ? probe.offers : []}
          .chosen=${state.preset}
          @preset=${({ detail }: CustomEvent<Preset>) => this.actions?.choosePreset(detail)}
        ></preset-picker>
        <probe-ladder .probe=${probe} @remedy=${this.#retry}></probe-ladder>
      </div>
      <div class="card">
        <live-helpers
          .isHelped=${state.isHelped}
          @helped=${({ detail }: CustomEvent<boolean>) => this.actions?.setHelped(detail)}
        ></live-helpers>
      </div>`;
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
            @ask=${() => this.#wish((actions) => actions.askForDevices('camera'))}
            @scene=${({ detail }: CustomEvent<SceneWish>) => this.#wish((actions) => actions.askForDevices(detail.scene))}
          ></studio-welcome>
          <slot name="upload"></slot>`;
      case 'unfinished':
        return html`<studio-unfinished
          .left=${phase.left}
          @wish=${({ detail }: CustomEvent<UnfinishedWish>) => this.#wish((actions) => actions[detail]())}
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
              @scene=${({ detail }: CustomEvent<SceneWish>) => this.#wish((actions) => actions.askForDevices(detail.scene))}
            ></source-picker>
          </div>`;
      case 'ended':
        return html`<studio-ended .broadcastId=${state.broadcast?.id} .durationMs=${phase.durationMs}></studio-ended>`;
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
            @wish=${(event: CustomEvent<ControlWish>) => this.#control(event)}
          ></studio-controls>
          ${
            phase.kind === 'live' || phase.kind === 'ending'
              ? html`<div class="card">
                  <health-panel
                    .renditions=${state.renditions}
                    .upload=${state.upload}
                    .ladder=${state.ladder}
                  ></health-panel>
                  ${state.safety === undefined ? nothing : html`<p class="quiet small">${safetySentence(state.safety)}</p>`}
                </div>
                ${
                  state.isHelped && phase.kind === 'live'
                    ? html`<div class="card">
                        <live-helpers .isHelped=${true} .broadcast=${state.broadcast}></live-helpers>
                      </div>`
                    : nothing
                }`
              : this.#greenRoom(state)
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
        @wish=${(event: CustomEvent<SetupWish>) => this.#setup(event)}
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
