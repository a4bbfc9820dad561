import type { FromPlayout, ToPlayout } from '../../workers/playout-messages.ts';
import { StageError } from '../protocol/errors.ts';
import type { PlayoutState, PlayoutWish } from './studio-state.ts';

export interface StudioPlayoutEvents {
  onState(state: PlayoutState): void;
  onLevel(peak: number): void;
  /** Viewers get the slate with that text until pictures come again. */
  onPaused(text: string | undefined): void;
}

/** The ends of an opened file that the engine takes. */
export interface PlayoutSources {
  readonly frames: MessagePort;
  /** Undefined: there is no sound in the file. */
  readonly blocks: MessagePort | undefined;
}

type Loaded = Extract<PlayoutState, { readonly kind: 'loaded' }>;

/** A share of late pictures that viewers see. */
const SLOW_SHARE = 0.1;
const OVER = 'The film has ended';

/** One video file that is played out, and its worker. */
export class StudioPlayout {
  readonly #events: StudioPlayoutEvents;
  #worker: Worker | undefined;
  #state: PlayoutState = { kind: 'none' };

  constructor(events: StudioPlayoutEvents) {
    this.#events = events;
  }

  /** Rejects with a StageError and a sentence when the file cannot be played; one that was open before goes on then. */
  async open(file: File): Promise<PlayoutSources> {
    const worker = new Worker(new URL('../../workers/playout.worker.ts', import.meta.url), { type: 'module' });
    const [pictures, sound] = [new MessageChannel(), new MessageChannel()];
    const opened = await new Promise<Extract<FromPlayout, { kind: 'opened' }>>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromPlayout>) => {
        if (data.kind === 'opened') resolve(data);
        if (data.kind === 'failed') reject(new StageError('capture', data.error.code, data.error.message));
      };
      worker.onerror = (event) => reject(event.error ?? new Error(event.message));
      const message: ToPlayout = { kind: 'open', file, frames: pictures.port1, blocks: sound.port1 };
      worker.postMessage(message, [pictures.port1, sound.port1]);
    }).catch((cause: unknown) => {
      worker.terminate();
      throw cause;
    });
    this.#worker?.terminate();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromPlayout>) => this.#received(data);
    const { durationMs, width, height, sound: heard } = opened.facts;
    const loaded: Loaded = {
      kind: 'loaded',
      name: file.name,
      durationMs,
      width,
      height,
      sound: heard,
      positionMs: 0,
      motion: 'ready',
      isLooped: false,
      isSlow: false,
    };
    this.#set(loaded);
    return { frames: pictures.port2, blocks: heard === 'yes' ? sound.port2 : undefined };
  }

  play(): void {
    if (this.#state.kind !== 'loaded' || this.#state.motion === 'playing') return;
    this.#send({ kind: 'play' });
    this.#change({ motion: 'playing' });
  }

  control(wish: PlayoutWish): void {
    switch (wish.kind) {
      case 'play':
        this.play();
        return;
      case 'pause':
        this.#send({ kind: 'pause' });
        this.#change({ motion: 'paused' });
        this.#events.onPaused(undefined);
        return;
      case 'rewind':
        // Viewers see how it begins until it is played.
        this.#send({ kind: 'rewind' });
        this.#change({ motion: 'ready', positionMs: 0 });
        return;
      case 'loop':
        this.#send({ kind: 'loop', isOn: wish.isOn });
        this.#change({ isLooped: wish.isOn });
        return;
    }
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    if (this.#state.kind !== 'none') this.#set({ kind: 'none' });
  }

  #received(message: FromPlayout): void {
    switch (message.kind) {
      case 'opened':
        return;
      case 'progress':
        this.#events.onLevel(message.peak);
        this.#change({ positionMs: message.positionMs, isSlow: message.lateShare > SLOW_SHARE });
        return;
      case 'ended':
        this.#change({ motion: 'over' });
        this.#events.onPaused(OVER);
        return;
      case 'failed':
        this.#set({ kind: 'failed', problem: { ...message.error, remedy: 'none' } });
        this.#events.onPaused(undefined);
        return;
    }
  }

  #send(message: ToPlayout): void {
    this.#worker?.postMessage(message);
  }

  #change(change: Partial<Omit<Loaded, 'kind'>>): void {
    if (this.#state.kind === 'loaded') this.#set({ ...this.#state, ...change });
  }

  #set(state: PlayoutState): void {
    this.#state = state;
    this.#events.onState(state);
  }
}
