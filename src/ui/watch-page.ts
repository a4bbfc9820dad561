import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { HeadStart } from '../play/head-start.ts';
import type { PlayerState } from '../play/player-state.ts';
import type { ResumeChoice } from '../positions/resume.ts';
import { pages } from '../protocol/urls.ts';
import { icons } from './icons.ts';
import './missed-note.ts';
import { obey, type PlayerCommand } from './player-commands.ts';
import './player-controls.ts';
import { focusOf } from './player-focus.ts';
import { playerKey } from './player-keys.ts';
import './player-notice.ts';
import './player-statistics.ts';
import { askMe } from './me.ts';
import { toggleFullScreen, togglePictureInPicture } from './player-window.ts';
import { wallDate } from './player-words.ts';
import { openPositions } from './positions-client.ts';
import './resume-note.ts';
import './time-links.ts';
import { base, surfaces } from './theme.ts';
import { watchPageStyles } from './watch-page-styles.ts';
import { stateWords } from './watch-state.ts';
import { WatchVisit } from './watch-visit.ts';

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
  #visit: WatchVisit | undefined;
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
    this.#visit?.close();
    this.#visit = undefined;
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
    this.#visit = new WatchVisit({
      broadcastId: this.broadcastId,
      open: (begin) => new TabcastPlayer(this.broadcastId, video, begin, this.headStart),
      onState: (state) => {
        this.state = state;
      },
      onChoice: (choice) => {
        this.resumed = choice;
      },
    });
    await this.#visit.player.start();
  }

  get #player() {
    return this.#visit?.player;
  }

  #command(command: PlayerCommand): void {
    switch (command.kind) {
      case 'picture-in-picture':
        void togglePictureInPicture(this.renderRoot.querySelector('video'));
        break;
      case 'full-screen':
        void toggleFullScreen(this.renderRoot.querySelector('.stage'));
        break;
      case 'statistics':
        this.isStatisticsShown = command.isShown;
        break;
      default:
        if (this.#player !== undefined) obey(this.#player, command, this.state);
    }
  }

  #pressed(event: KeyboardEvent): void {
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
    const action = playerKey({ key: event.key, hasModifier, focus: focusOf(event.composedPath()[0]) });
    if (action === undefined || this.#player === undefined) return;
    event.preventDefault();
    this.#showControls();
    this.#command(action);
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
          @player-wish=${(event: CustomEvent<PlayerCommand>) => this.#command(event.detail)}
          @player-choice=${(event: CustomEvent<PlayerCommand>) => this.#command(event.detail)}
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
