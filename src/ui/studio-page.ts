import { html, LitElement } from 'lit';
import { createStudioController } from './studio-controller.ts';
import { isOnTheWay } from './studio-status.ts';
import './studio-view.ts';

type StudioController = ReturnType<typeof createStudioController>;

/** `/studio`: owns the controller, which lives as long as the page, and guards the tab while it is live. */
export class StudioPage extends LitElement {
  #controller: StudioController | undefined;
  #unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Studio · Tabcast';
    if (!window.isSecureContext) return;
    this.#controller = createStudioController();
    this.#unsubscribe = this.#controller.subscribe(() => this.requestUpdate());
    window.addEventListener('beforeunload', this.#onLeave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onLeave);
    this.#unsubscribe?.();
    this.#controller?.dispose();
    this.#controller = undefined;
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    const controller = this.#controller;
    if (controller !== undefined && isOnTheWay(controller.state.phase)) event.preventDefault();
  };

  protected override render() {
    return html`<studio-view
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
