import { within } from '../lib/within.ts';
import { StageError } from '../protocol/errors.ts';
import { AUDIO_TIMESCALE } from '../protocol/grid.ts';

const MODULE_WITHIN_MS = 20_000;

export interface SoundTapsOptions {
  /** Where the worklet's bundled module is served. */
  readonly workletUrl: string;
  onRunning(): void;
}

/** Sound of microphones, screens and tabs in 48 kHz blocks, each for itself; and how loud each is. */
export class SoundTaps {
  readonly #context: AudioContext;

  private constructor(context: AudioContext) {
    this.#context = context;
  }

  /** Rejects with StageError `no_audio_worklet` when the sound module cannot be loaded. */
  static async open(options: SoundTapsOptions): Promise<SoundTaps> {
    const context = new AudioContext({ sampleRate: AUDIO_TIMESCALE, latencyHint: 'interactive' });
    try {
      const late = () => new Error(`the sound module did not come within ${MODULE_WITHIN_MS} ms`);
      await within(context.audioWorklet.addModule(options.workletUrl), MODULE_WITHIN_MS, late);
      context.onstatechange = () => options.onRunning();
      return new SoundTaps(context);
    } catch (cause) {
      await context.close();
      const sentence = 'Sound cannot be read in this browser. Reload the page or use a current Chrome or Edge.';
      throw new StageError('capture', 'no_audio_worklet', sentence, { cause });
    }
  }

  /** False until the browser runs its sound; `onRunning` is told when that changes. */
  get isRunning(): boolean {
    return this.#context.state === 'running';
  }

  /** Reads one track, which stays the caller's. `onLevel`: 0 to 1, about ten times a second. */
  tap(track: MediaStreamTrack, onLevel: (peak: number) => void): SoundTap {
    const input = this.#context.createMediaStreamSource(new MediaStream([track]));
    const node = new AudioWorkletNode(this.#context, 'pcm-tap', { numberOfInputs: 1, numberOfOutputs: 0 });
    node.port.onmessage = (event: MessageEvent<{ readonly peak: number }>) => onLevel(event.data.peak);
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage(port1, [port1]);
    input.connect(node);
    // Not awaited: without a sound card some browsers never start it, and the picture may go live all the same.
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => undefined);
    return {
      blocks: port2,
      stop: () => {
        input.disconnect();
        node.port.postMessage(null);
        node.port.onmessage = null;
      },
    };
  }

  async close(): Promise<void> {
    if (this.#context.state !== 'closed') await this.#context.close();
  }
}

export interface SoundTap {
  /** Transferred on by the caller. */
  readonly blocks: MessagePort;
  stop(): void;
}
