import type { FromEngine, FromUpload, ToEngine, ToUpload } from '../../workers/messages.ts';

/** What the engine tells about the broadcast. */
export type EngineReport = Exclude<FromEngine, { readonly kind: 'abilities' }>;

export interface StudioEngineEvents {
  onEngine(message: EngineReport): void;
  onUpload(message: FromUpload): void;
  /** A worker could not be loaded or threw where nothing caught it. */
  onCrash(cause: unknown): void;
}

/** The two workers of the studio, joined by a port of their own so that no media passes the page. */
export class StudioEngine {
  readonly #engine: Worker;
  readonly #upload: Worker;
  /** A machine that slept, or a phone that changed networks, tells nothing else when it is back. */
  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'visible') this.toUpload({ kind: 'hurry' });
  };
  /** Whether the engine reads tracks that are transferred to it; known once it runs. */
  readonly readsTracks: Promise<boolean>;

  /** `spoolMegabytes` undefined: what the browser gives. */
  constructor(baseUrl: string, spoolMegabytes: number | undefined, events: StudioEngineEvents) {
    this.#engine = new Worker(new URL('../../workers/engine.worker.ts', import.meta.url), { type: 'module' });
    this.#upload = new Worker(new URL('../../workers/upload.worker.ts', import.meta.url), { type: 'module' });
    let resolve: (readsTracks: boolean) => void = () => undefined;
    this.readsTracks = new Promise((answer) => {
      resolve = answer;
    });
    this.#engine.onmessage = ({ data }: MessageEvent<FromEngine>) => {
      if (data.kind === 'abilities') resolve(data.readsTracks);
      else events.onEngine(data);
    };
    this.#upload.onmessage = (event: MessageEvent<FromUpload>) => events.onUpload(event.data);
    this.#engine.onerror = (event) => events.onCrash(event.error ?? event.message);
    this.#upload.onerror = (event) => events.onCrash(event.error ?? event.message);
    document.addEventListener('visibilitychange', this.#onVisibility);
    const { port1, port2 } = new MessageChannel();
    this.toEngine({ kind: 'open', uploadPort: port1 }, [port1]);
    const room = spoolMegabytes === undefined ? {} : { spoolBytes: spoolMegabytes * 1_000_000 };
    this.toUpload({ kind: 'open', baseUrl, enginePort: port2, ...room }, [port2]);
  }

  toEngine(message: ToEngine, transfer: Transferable[] = []): void {
    this.#engine.postMessage(message, transfer);
  }

  toUpload(message: ToUpload, transfer: Transferable[] = []): void {
    this.#upload.postMessage(message, transfer);
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#engine.terminate();
    this.#upload.terminate();
  }
}
