import { css, html, LitElement, nothing } from 'lit';
import { parseAccountLink } from '../protocol/urls.ts';
import type { Entered } from './account-entry.ts';
import { askMe, askMeAgain, type MeState } from './me.ts';
import './recovery-codes.ts';
import { createStudioController } from './studio-controller.ts';
import './studio-gate.ts';
import type { Closed } from './studio-gate.ts';
import { isOnTheWay } from './studio-status.ts';
import './studio-view.ts';
import { base, page } from './theme.ts';

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
  static override properties = { closed: { state: true }, newCodes: { state: true } };
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

  constructor() {
    super();
    this.closed = undefined;
    this.newCodes = [];
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
  }

  async #open(asked: Promise<MeState>): Promise<void> {
    const who = await asked;
    if (!this.isConnected || this.#controller !== undefined) return;
    this.closed = closedFor(who, location.hash);
    if (this.closed !== undefined || !window.isSecureContext) return;
    this.#controller = createStudioController();
    this.#unsubscribe = this.#controller.subscribe(() => this.requestUpdate());
    window.addEventListener('beforeunload', this.#onLeave);
  }

  #entered({ recoveryCodes }: Entered): void {
    this.newCodes = recoveryCodes;
    history.replaceState(null, '', location.pathname + location.search);
    void this.#open(askMeAgain());
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    const controller = this.#controller;
    const isBusy = controller !== undefined && isOnTheWay(controller.state.phase);
    if (isBusy || this.newCodes.length > 0) event.preventDefault();
  };

  protected override render() {
    if (this.closed !== undefined)
      return html`<studio-gate
        .closed=${this.closed}
        @entered=${({ detail }: CustomEvent<Entered>) => this.#entered(detail)}
      ></studio-gate>`;
    return html`${
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
      ></studio-view>`;
  }
}

customElements.define('studio-page', StudioPage);

declare global {
  interface HTMLElementTagNameMap {
    'studio-page': StudioPage;
  }
}
