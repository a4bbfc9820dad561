import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { backoffMs } from '../lib/backoff.ts';
import type { BroadcastSummary } from '../protocol/broadcast.ts';
import { api } from '../protocol/urls.ts';
import { parseBroadcastList } from './broadcast-list.ts';

const REFRESH_MS = 4000;
const ANSWER_LIMIT_MS = 8000;
const RETRY = { floorMs: 2000, baseMs: 4000, capMs: 60_000 };

export type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly list: readonly BroadcastSummary[] }
  /** The last list that came stays on screen while the origin is silent. */
  | { readonly kind: 'silent'; readonly list: readonly BroadcastSummary[] | undefined };

/** Asks for the list every few seconds while the page is visible, and ever more rarely while nobody answers. */
export class BroadcastListController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #state: ListState = { kind: 'loading' };
  #failures = 0;
  #timer = 0;
  #request: AbortController | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get state(): ListState {
    return this.#state;
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.refresh();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#stop();
  }

  refresh(): void {
    this.#stop();
    const request = new AbortController();
    this.#request = request;
    void this.#ask(request.signal).then((state) => {
      if (request.signal.aborted) return;
      this.#failures = state.kind === 'silent' ? this.#failures + 1 : 0;
      this.#state = state;
      this.#host.requestUpdate();
      const waitMs = this.#failures === 0 ? REFRESH_MS : backoffMs(this.#failures - 1, Math.random(), RETRY);
      if (document.visibilityState === 'visible') this.#timer = window.setTimeout(() => this.refresh(), waitMs);
    });
  }

  #stop(): void {
    window.clearTimeout(this.#timer);
    this.#request?.abort();
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'visible') this.refresh();
    else this.#stop();
  };

  async #ask(stopped: AbortSignal): Promise<ListState> {
    try {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
      const answer = await fetch(api.broadcasts, { signal, headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(`The origin answered ${answer.status}.`);
      return { kind: 'shown', list: parseBroadcastList(await answer.json()) };
    } catch {
      return { kind: 'silent', list: this.#state.kind === 'loading' ? undefined : this.#state.list };
    }
  }
}
