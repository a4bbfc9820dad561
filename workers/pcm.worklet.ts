import type { PcmBlock, PeakLevel } from './messages.ts';

/** What an AudioWorklet's global scope has; TypeScript's libraries do not describe it. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** 5.3 ms of sound a message: sound is what a tick waits for, so it may not wait here. */
const BLOCK_SAMPLES = 256;
const PEAK_SAMPLES = 4_800;

/** Sends what one input gives straight to the engine, and the loudness to the page. */
class PcmTap extends AudioWorkletProcessor {
  #engine: MessagePort | undefined;
  #isOpen = true;
  #block: Float32Array<ArrayBuffer>[] = [];
  #filled = 0;
  #firstSample = 0;
  #peak = 0;
  #sincePeak = 0;

  constructor() {
    super();
    // `null`: nothing is wanted any more, and the processor may go.
    this.port.onmessage = (event: MessageEvent<MessagePort | null>) => {
      this.#isOpen = event.data !== null;
      this.#engine = event.data ?? undefined;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0] ?? [];
    const length = input[0]?.length ?? 0;
    if (length === 0) return this.#isOpen;
    this.#measure(input[0] ?? new Float32Array(), length);
    if (this.#engine === undefined) return this.#isOpen;
    if (this.#block.length !== input.length) {
      this.#send();
      this.#block = input.map(() => new Float32Array(BLOCK_SAMPLES));
    }
    for (const [c, channel] of input.entries()) this.#block[c]?.set(channel, this.#filled);
    this.#filled += length;
    if (this.#filled + length > BLOCK_SAMPLES) this.#send();
    return true;
  }

  #send(): void {
    if (this.#filled === 0) return;
    const channels = this.#block.map((channel) => channel.slice(0, this.#filled));
    const block: PcmBlock = { firstSample: this.#firstSample, channels };
    this.#engine?.postMessage(
      block,
      channels.map((channel) => channel.buffer),
    );
    this.#firstSample += this.#filled;
    this.#filled = 0;
  }

  #measure(samples: Float32Array, length: number): void {
    for (const sample of samples) this.#peak = Math.max(this.#peak, Math.abs(sample));
    this.#sincePeak += length;
    if (this.#sincePeak < PEAK_SAMPLES) return;
    const level: PeakLevel = { peak: Math.min(1, this.#peak) };
    this.port.postMessage(level);
    this.#peak = 0;
    this.#sincePeak = 0;
  }
}

registerProcessor('pcm-tap', PcmTap);
