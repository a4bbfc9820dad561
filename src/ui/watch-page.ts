import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { HeadStart } from '../play/head-start.ts';
import type { PlayerState } from '../play/player-state.ts';
import type { TabcastPlayer } from '../play/tabcast-player.ts';
import type { ResumeChoice } from '../positions/resume.ts';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import { CATCH_UP_SPEED, type PlayerWish } from './player-controls.ts';
import './missed-note.ts';
import { focusOf } from './player-focus.ts';
import { playerKey } from './player-keys.ts';
import type { PlayerChoice } from './player-menu.ts';
import './player-notice.ts';
import './player-statistics.ts';
import { askMe } from './me.ts';
import { toggleFullScreen, togglePictureInPicture } from './player-window.ts';
import { wallDate } from './player-words.ts';
import { openPositions } from './positions-client.ts';
import { PositionsRecorder } from './positions-recorder.ts';
import { chooseBeginning } from './resume-glue.ts';
import './resume-note.ts';
import { startWish } from './start-wish.ts';
import './time-links.ts';
import { base, surfaces } from './theme.ts';
import { watchPageStyles } from './watch-page-styles.ts';
import { keepWatchPage } from './watch-service.ts';
import { stateWords } from './watch-state.ts';
import { signalWatching } from './watching-signal.ts';

const HIDE_CONTROLS_MS = 3000;
/** Asked for at once, beside the rest of the page, because nothing plays before it is here. */
const playerCode = import('../play/tabcast-player.ts');

/** `/watch/<id>`: the picture, its controls, and in words what is going on. */
export class WatchPage extends LitElement {
  static override properties = {
    broadcastId: { attribute: 'broadcast-id' },
    state: { state: true },
    isStatisticsShown: { state: true },
    isFullScreen: { state: true },
    areControlsShown: { state: true },
    problem: { state: true },
    resumed: { state: true },
  };
  declare broadcastId: string;
  declare state: PlayerState | undefined;
  declare isStatisticsShown: boolean;
  declare isFullScreen: boolean;
  declare areControlsShown: boolean;
  declare problem: string | undefined;
  /** What was decided about where to begin, until the person has answered it. */
  declare resumed: ResumeChoice | undefined;

  static override styles = [base, surfaces, watchPageStyles];

  /** What was asked for before this code was here. */
  headStart: HeadStart | undefined;
  #player: TabcastPlayer | undefined;
  #recorder: PositionsRecorder | undefined;
  #stopSignal: (() => void) | undefined;
  #hideTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #key = (event: KeyboardEvent): void => this.#pressed(event);

  constructor() {
    super();
    this.isStatisticsShown = false;
    this.isFullScreen = false;
    this.areControlsShown = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Asked beside the player's own questions: where to begin waits for it.
    void askMe();
    void openPositions();
    addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    removeEventListener('keydown', this.#key);
    clearTimeout(this.#hideTimer);
    this.#stopSignal?.();
    this.#recorder?.close();
    this.#player?.dispose();
    this.#player = undefined;
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    void this.#start();
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('state')) return;
    const name = this.state?.title ?? '';
    const title = name === '' ? 'Tabcast' : `${name} · Tabcast`;
    if (document.title !== title) document.title = title;
  }

  async #start(): Promise<void> {
    const video = this.renderRoot.querySelector('video');
    if (video === null) return;
    const { TabcastPlayer } = await playerCode;
    if (!this.isConnected) return;
    if (!TabcastPlayer.isSupported) {
      this.problem =
        'This browser cannot play this stream: it has no Media Source Extensions (an iPhone has none today). Open the link on a computer, an Android phone or an iPad.';
      return;
    }
    this.#player = new TabcastPlayer(this.broadcastId, video, (detail) => this.#begin(detail), this.headStart);
    this.#player.subscribe((state) => {
      this.state = state;
      this.#recorder?.observe(state);
      if (state.playback === 'playing') keepWatchPage();
    });
    this.#stopSignal = signalWatching(this.broadcastId, () => this.state?.playback === 'playing');
    await this.#player.start();
  }

  /** Nothing is written down before it is decided where to go on. */
  async #begin(detail: BroadcastDetail): Promise<number | undefined> {
    const { startMs, choice } = await chooseBeginning(detail, startWish(location.search));
    this.resumed = choice;
    const positions = await openPositions();
    if (positions !== undefined && this.isConnected) {
      this.#recorder = new PositionsRecorder(this.broadcastId, positions);
      if (this.#player !== undefined) this.#player.mayKeep = await positions.mayKeep();
    }
    return startMs;
  }

  #wished(wish: PlayerWish): void {
    const player = this.#player;
    if (player === undefined) return;
    switch (wish.kind) {
      case 'toggle-play':
        player.togglePlay();
        break;
      case 'go-live':
        player.goLive();
        break;
      case 'catch-up':
        player.setSpeed(wish.isOn ? CATCH_UP_SPEED : 1);
        if (wish.isOn) player.play();
        break;
      case 'toggle-mute':
        player.setMuted(!(this.state?.isMuted ?? false));
        break;
      case 'volume':
        player.setVolume(wish.volume);
        break;
      case 'picture-in-picture':
        void togglePictureInPicture(this.renderRoot.querySelector('video'));
        break;
      case 'full-screen':
        void toggleFullScreen(this.renderRoot.querySelector('.stage'));
        break;
    }
  }

  #chosen(choice: PlayerChoice): void {
    switch (choice.kind) {
      case 'quality':
        this.#player?.setQuality(choice.track);
        break;
      case 'mode':
        this.#player?.setMode(choice.mode);
        break;
      case 'speed':
        this.#player?.setSpeed(choice.speed);
        break;
      case 'statistics':
        this.isStatisticsShown = choice.isShown;
    }
  }

  #pressed(event: KeyboardEvent): void {
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
    const action = playerKey({ key: event.key, hasModifier, focus: focusOf(event.composedPath()[0]) });
    if (action === undefined || this.#player === undefined) return;
    event.preventDefault();
    this.#showControls();
    switch (action.kind) {
      case 'seek-by':
        this.#player.seekBy(action.ms);
        break;
      case 'volume-by':
        this.#player.setVolume((this.state?.volume ?? 1) + action.step);
        break;
      case 'toggle-play':
        this.#player.togglePlay();
        break;
      case 'toggle-mute':
        this.#wished({ kind: 'toggle-mute' });
        break;
      case 'toggle-full-screen':
        this.#wished({ kind: 'full-screen' });
        break;
    }
  }

  #showControls(): void {
    this.areControlsShown = true;
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => {
      this.areControlsShown = this.state?.playback !== 'playing';
    }, HIDE_CONTROLS_MS);
  }

  protected override render() {
    const { state } = this;
    const isIdle = !this.areControlsShown && state?.playback === 'playing';
    return html`
      <nav aria-label="Tabcast"><a href=${pages.home}>${icons.logo}<span>Tabcast</span></a></nav>
      <main>
        <div
          class="stage ${isIdle ? 'idle' : ''} ${hasControls(state) ? 'with-controls' : ''}"
          @pointermove=${() => this.#showControls()}
          @focusin=${() => this.#showControls()}
          @fullscreenchange=${() => {
            this.isFullScreen = document.fullscreenElement !== null;
          }}
          @player-wish=${(event: CustomEvent<PlayerWish>) => this.#wished(event.detail)}
          @player-choice=${(event: CustomEvent<PlayerChoice>) => this.#chosen(event.detail)}
          @player-seek=${(event: CustomEvent<number>) => this.#player?.seek(event.detail)}
          @player-retry=${() => this.#player?.retry()}
          @player-replay=${() => this.#player?.play()}
          @player-unmute=${() => this.#player?.setMuted(false)}
        >
          <video
            playsinline
            aria-label="Stream"
            @click=${() => this.#player?.togglePlay()}
            @dblclick=${() => toggleFullScreen(this.renderRoot.querySelector('.stage'))}
          ></video>
          ${state === undefined ? nothing : this.#overlay(state)}
        </div>
        <div class="about">
          ${this.#missed()}
          <h1>${state?.title || 'Stream'}</h1>
          <div class="facts">
            <span role="status">${this.#status()}</span>
            ${
              state?.startedAtMs === undefined
                ? nothing
                : html`<span class="quiet small">${state.upload === null ? 'Started' : 'Uploaded'} ${wallDate(state.startedAtMs)}</span>`
            }
          </div>
          ${this.#places()}
          ${this.problem === undefined ? nothing : html`<p role="alert">${this.problem}</p>`}
        </div>
      </main>
    `;
  }

  /** Right under the picture, where it is seen without scrolling. */
  #missed() {
    const { state } = this;
    if (state === undefined || !hasControls(state)) return nothing;
    return html`<missed-note
      .missed=${state.missed}
      @watch=${() => this.#player?.watchMissed()}
      @dismiss=${() => this.#player?.dismissMissed()}
    ></missed-note>`;
  }

  /** Where the person was, and ways to and from a moment. */
  #places() {
    const { state } = this;
    if (state === undefined || !hasControls(state)) return nothing;
    return html`<resume-note
        .choice=${this.resumed}
        @go-to=${(event: CustomEvent<number>) => {
          this.resumed = undefined;
          this.#player?.seek(event.detail);
        }}
        @dismiss=${() => {
          this.resumed = undefined;
        }}
      ></resume-note>
      <time-links
        .positionMs=${state.positionMs}
        .endMs=${state.endMs}
        .startedAtMs=${state.startedAtMs}
        .isLive=${state.phase.kind !== 'ended'}
        @go-to=${(event: CustomEvent<number>) => this.#player?.seek(event.detail)}
      ></time-links>`;
  }

  #overlay(state: PlayerState) {
    return html`
      <player-notice .state=${state}></player-notice>
      ${this.isStatisticsShown ? html`<player-statistics .state=${state}></player-statistics>` : nothing}
      ${
        hasControls(state)
          ? html`<player-controls
              broadcast-id=${this.broadcastId}
              .state=${state}
              ?isStatisticsShown=${this.isStatisticsShown}
              ?isFullScreen=${this.isFullScreen}
              ?canPictureInPicture=${document.pictureInPictureEnabled === true}
            ></player-controls>`
          : nothing
      }
    `;
  }

  #status() {
    const words = stateWords(this.problem === undefined ? this.state : 'unsupported');
    return html`<span class="badge ${words.tone}">${words.text}</span>`;
  }
}

const hasControls = (state: PlayerState | undefined): boolean =>
  state !== undefined && !['loading', 'not-started', 'failed'].includes(state.phase.kind);

customElements.define('watch-page', WatchPage);

declare global {
  interface HTMLElementTagNameMap {
    'watch-page': WatchPage;
  }
}
