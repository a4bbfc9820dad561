import type { SoundInput } from '../src/encode/scene.ts';
import type { PcmBlock } from './messages.ts';

/** The sound inputs as they come into the engine, before and while it is live. */
export class SoundPorts {
  readonly #onBlock: (input: SoundInput, block: PcmBlock) => void;
  readonly #ports = new Map<SoundInput, MessagePort>();
  readonly #gains = new Map<SoundInput, number>();
  #peak = 0;

  constructor(onBlock: (input: SoundInput, block: PcmBlock) => void) {
    this.#onBlock = onBlock;
  }

  get gains(): ReadonlyMap<SoundInput, number> {
    return this.#gains;
  }

  open(input: SoundInput, blocks: MessagePort): void {
    this.close(input);
    this.#ports.set(input, blocks);
    blocks.onmessage = ({ data }: MessageEvent<PcmBlock>) => {
      this.#measure(data, this.#gains.get(input) ?? 1);
      this.#onBlock(input, data);
    };
  }

  close(input: SoundInput): void {
    this.#ports.get(input)?.close();
    this.#ports.delete(input);
  }

  setGain(input: SoundInput, gain: number): void {
    this.#gains.set(input, gain);
  }

  /** The loudest sample of any input since this was asked last, 0 to 1. */
  takePeak(): number {
    const peak = Math.min(1, this.#peak);
    this.#peak = 0;
    return peak;
  }

  #measure({ channels: [first] }: PcmBlock, gain: number): void {
    for (const sample of first ?? []) this.#peak = Math.max(this.#peak, Math.abs(sample) * gain);
  }
}
