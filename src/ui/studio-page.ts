import { css, html, LitElement, nothing } from 'lit';
import { parseAccountLink } from '../protocol/urls.ts';
import type { Entered } from './account-entry.ts';
import { askMe, askMeAgain, type MeState } from './me.ts';
import './problem-note.ts';
import './recovery-codes.ts';
import { createStudioController } from './studio-controller.ts';
import './studio-gate.ts';
import type { Closed } from './studio-gate.ts';
import { isOnTheWay } from './studio-status.ts';
import './studio-view.ts';
import { toProblem } from './studio-problem.ts';
import type { Problem } from './studio-state.ts';
import { base, page } from './theme.ts';
import { leftUploads, UploadController } from './upload-controller.ts';
import './upload-drop.ts';
import type { LeftChoice } from './upload-drop.ts';
import type { ChosenFile, LeftUpload } from './upload-state.ts';
import type { UploadWish } from './upload-view.ts';
import './upload-view.ts';
import type { RecordingState } from '../../workers/recording-messages.ts';

type StudioController = ReturnType<typeof createStudioController>;

/** Undefined: open. An origin that does not answer is the studio's own trouble, which it says and tries again. */
function closedFor(who: MeState, hash: string): Closed | undefined {
  const link = parseAccountLink(hash);
  if (link?.kind === 'first-admin') return { because: 'first-admin-link', token: link.token };
  if (who.kind !== 'known' || who.me.broadcast.kind === 'yes') return undefined;
  return { because: who.me.broadcast.because };
}

/** `/studio`: owns the controller, which lives as long as the page, and guards the tab while it is live. */
export class StudioPage extends LitElement {
  static override properties = {
    closed: { state: true },
    newCodes: { state: true },
    left: { state: true },
    recording: { state: true },
    uploadProblem: { state: true },
  };
  /** Uploads that a closed tab left. */
  declare left: readonly LeftUpload[];
  /** What the upload says that runs on this page. */
  declare recording: RecordingState | undefined;
  declare uploadProblem: Problem | undefined;
  declare closed: Closed | undefined;
  /** Of the first account, made a moment ago on this page. */
  declare newCodes: readonly string[];

  static override styles = [
    base,
    page,
    css`
      .codes {
        max-width: var(--tc-page-width);
        margin-inline: auto;
        padding: var(--tc-space-5) var(--tc-gutter) 0;
      }
    `,
  ];

  #controller: StudioController | undefined;
  #unsubscribe: (() => void) | undefined;
  #upload: UploadController | undefined;

  constructor() {
    super();
    this.closed = undefined;
    this.newCodes = [];
    this.left = [];
    this.recording = undefined;
    this.uploadProblem = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Studio · Tabcast';
    void this.#open(askMe());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onLeave);
    this.#unsubscribe?.();
    this.#controller?.dispose();
    this.#controller = undefined;
    this.#upload?.dispose();
    this.#upload = undefined;
  }

  async #open(asked: Promise<MeState>): Promise<void> {
    const who = await asked;
    if (!this.isConnected || this.#controller !== undefined) return;
    this.closed = closedFor(who, location.hash);
    if (this.closed !== undefined || !window.isSecureContext) return;
    this.#controller = createStudioController();
    this.#unsubscribe = this.#controller.subscribe(() => this.requestUpdate());
    window.addEventListener('beforeunload', this.#onLeave);
    this.left = await leftUploads();
  }

  /** From here on the page is about the file; camera and microphone were never asked for. */
  async #beginUpload(begin: (upload: UploadController) => Promise<void> | void): Promise<void> {
    const failed = (cause: unknown): void => {
      this.uploadProblem = toProblem(cause, 'reload');
    };
    const upload = new UploadController((state) => {
      this.recording = state;
    }, failed);
    this.#upload = upload;
    this.requestUpdate();
    try {
      await begin(upload);
    } catch (cause) {
      upload.dispose();
      this.#upload = undefined;
      failed(cause);
    }
  }

  #entered({ recoveryCodes }: Entered): void {
    this.newCodes = recoveryCodes;
    history.replaceState(null, '', location.pathname + location.search);
    void this.#open(askMeAgain());
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    const controller = this.#controller;
    const isBusy = this.#upload?.isBusy === true || (controller !== undefined && isOnTheWay(controller.state.phase));
    if (isBusy || this.newCodes.length > 0) event.preventDefault();
  };

  protected override render() {
    if (this.closed !== undefined)
      return html`<studio-gate
        .closed=${this.closed}
        @entered=${({ detail }: CustomEvent<Entered>) => this.#entered(detail)}
      ></studio-gate>`;
    if (this.#upload !== undefined)
      return html`${this.#uploadNote()}<upload-view
          .state=${this.recording}
          @wish=${({ detail }: CustomEvent<UploadWish>) => this.#upload?.wish(detail)}
        ></upload-view>`;
    return html`${this.#uploadNote()}${
      this.newCodes.length === 0
        ? nothing
        : html`<div class="codes">
              <recovery-codes
                .codes=${this.newCodes}
                @kept=${() => {
                  this.newCodes = [];
                }}
              ></recovery-codes>
            </div>`
    }<studio-view
        .state=${this.#controller?.state}
        .actions=${this.#controller}
        .isSecure=${window.isSecureContext}
        ><upload-drop
          slot="upload"
          .left=${this.left}
          @file=${({ detail }: CustomEvent<ChosenFile>) => void this.#beginUpload((upload) => upload.start(detail))}
          @left-file=${({ detail }: CustomEvent<LeftChoice>) =>
            void this.#beginUpload((upload) => upload.resume(detail.file, detail.id))}
        ></upload-drop
      ></studio-view>`;
  }

  #uploadNote() {
    if (this.uploadProblem === undefined) return nothing;
    return html`<div class="codes">
      <problem-note
        heading="The upload did not start"
        .problem=${this.uploadProblem}
        @remedy=${() => location.reload()}
      ></problem-note>
    </div>`;
  }
}

customElements.define('studio-page', StudioPage);

declare global {
  interface HTMLElementTagNameMap {
    'studio-page': StudioPage;
  }
}
