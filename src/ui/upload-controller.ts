import type { FromRecording, RecordingState, ToRecording } from '../../workers/recording-messages.ts';
import { keptUploads } from '../../workers/upload-sessions.ts';
import { reserveBroadcast } from './studio-api.ts';
import { type ChosenFile, type LeftUpload, titleOfFile } from './upload-state.ts';

/** Newest first. */
export async function leftUploads(): Promise<readonly LeftUpload[]> {
  const kept = await keptUploads();
  return kept.map(({ id, file, handle }) => ({ id, fileName: file.name, handle }));
}

/** The page's side of one upload; the work is the worker's. Ends with the page. */
export class UploadController {
  readonly #worker: Worker;
  readonly #onState: (state: RecordingState) => void;
  #state: RecordingState | undefined;

  constructor(onState: (state: RecordingState) => void, onCrash: (cause: unknown) => void) {
    this.#onState = onState;
    this.#worker = new Worker(new URL('../../workers/recording.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<FromRecording>) => {
      this.#state = data.state;
      // What a damaged file left in its memory goes with it.
      if (!this.isBusy) this.dispose();
      this.#onState(data.state);
    };
    this.#worker.onerror = (event) => onCrash(event.error ?? event.message);
  }

  /** Closing the tab now costs what is half done, and somebody has to come back. */
  get isBusy(): boolean {
    const kind = this.#state?.phase.kind ?? 'opening';
    return kind !== 'complete' && kind !== 'failed';
  }

  /** Rejects with StageError when the origin does not answer. */
  async start({ file, handle }: ChosenFile): Promise<void> {
    const broadcast = await reserveBroadcast(titleOfFile(file.name));
    this.#send({ kind: 'start', file, handle, broadcast, baseUrl: location.origin });
  }

  resume(file: File, broadcastId: string): void {
    this.#send({ kind: 'resume', file, broadcastId, baseUrl: location.origin });
  }

  wish(kind: 'pause' | 'go-on' | 'retry' | 'helpers-changed'): void {
    this.#send({ kind });
  }

  dispose(): void {
    this.#worker.terminate();
  }

  #send(message: ToRecording): void {
    this.#worker.postMessage(message);
  }
}
