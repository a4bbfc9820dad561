import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Me } from '../protocol/accounts.ts';
import { auth } from '../protocol/urls.ts';
import { askOrigin } from './ask-origin.ts';

/** What the page knows about who uses it. away: the origin did not answer. */
export type MeState =
  | { readonly kind: 'asking' }
  /** Wall clock of this device when the question left and when the answer was there. */
  | { readonly kind: 'known'; readonly me: Me; readonly sentMs: number; readonly receivedMs: number }
  | { readonly kind: 'away' };

const listeners = new Set<() => void>();
let state: MeState = { kind: 'asking' };
let asked: Promise<MeState> | undefined;

async function ask(): Promise<MeState> {
  const sentMs = Date.now();
  try {
    const me = await askOrigin<Me>('GET', auth.me);
    return { kind: 'known', me, sentMs, receivedMs: Date.now() };
  } catch {
    return { kind: 'away' };
  }
}

/** One question for the whole page, however many ask. */
export function askMe(): Promise<MeState> {
  asked ??= ask().then((answer) => {
    state = answer;
    for (const listener of listeners) listener();
    return answer;
  });
  return asked;
}

/** After a log-in, a log-out, a new role. */
export function askMeAgain(): Promise<MeState> {
  asked = undefined;
  return askMe();
}

/** Keeps its host up to date about who uses the page. */
export class MeController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #changed = (): void => this.#host.requestUpdate();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get state(): MeState {
    return state;
  }

  get me(): Me | undefined {
    return state.kind === 'known' ? state.me : undefined;
  }

  hostConnected(): void {
    listeners.add(this.#changed);
    void askMe();
  }

  hostDisconnected(): void {
    listeners.delete(this.#changed);
  }
}
