import { within } from '../lib/within.ts';
import { StageError } from '../protocol/errors.ts';
import { AUDIO_TIMESCALE } from '../protocol/grid.ts';

const MODULE_WITHIN_MS = 20_000;

export interface AudioSourceOptions {
  /** Where the worklet's bundled module is served. */
  readonly workletUrl: string;
  /** 0 to 1, about ten times a second. */
  onLevel(peak: number): void;
  onRunning(): void;
}

/** The microphone in 48 kHz blocks, for the engine; and its level, for the page. */
export class AudioSource {
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  #input: MediaStreamAudioSourceNode | undefined;

  private constructor(context: AudioContext, node: AudioWorkletNode) {
    this.#context = context;
    this.#node = node;
  }

  /** Rejects with StageError `no_audio_worklet` when the sound module cannot be loaded. */
  static async open(options: AudioSourceOptions): Promise<AudioSource> {
    const context = new AudioContext({ sampleRate: AUDIO_TIMESCALE, latencyHint: 'interactive' });
    try {
      const late = () => new Error(`the sound module did not come within ${MODULE_WITHIN_MS} ms`);
      await within(context.audioWorklet.addModule(options.workletUrl), MODULE_WITHIN_MS, late);
      const node = new AudioWorkletNode(context, 'pcm-tap', { numberOfInputs: 1, numberOfOutputs: 0 });
      node.port.onmessage = (event: MessageEvent<{ readonly peak: number }>) => options.onLevel(event.data.peak);
      context.onstatechange = () => options.onRunning();
      return new AudioSource(context, node);
    } catch (cause) {
      await context.close();
      const sentence =
        'The microphone cannot be read in this browser. Reload the page or use a current Chrome or Edge.';
      throw new StageError('capture', 'no_audio_worklet', sentence, { cause });
    }
  }

  /** Listens to another microphone; the stream stays the caller's. */
  connect(stream: MediaStream): void {
    this.#input?.disconnect();
    this.#input = this.#context.createMediaStreamSource(stream);
    this.#input.connect(this.#node);
    // Not awaited: without a sound card some browsers never start it, and the picture may go live all the same.
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => undefined);
  }

  /** False until the browser runs its sound; `onRunning` is told when that changes. */
  get isRunning(): boolean {
    return this.#context.state === 'running';
  }

  disconnect(): void {
    this.#input?.disconnect();
    this.#input = undefined;
  }

  /** A new port of blocks; the one before gives nothing more. It is transferred on by the caller. */
  blocks(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#node.port.postMessage(port1, [port1]);
    return port2;
  }

  async close(): Promise<void> {
    this.#input?.disconnect();
    this.#node.disconnect();
    if (this.#context.state !== 'closed') await this.#context.close();
  }
}
