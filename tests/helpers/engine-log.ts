import type { Page } from '@playwright/test';
import { NUMBER_BITS } from './numbered-file.ts';

const MARK = 'engine-log ';
const SILENT_MARK = 'engine-silence ';
/** In place of a number: a picture that the engine painted itself. */
export const SLATE = -1;

/** What the engine of a studio put into every slot of every rendition, as its encoders gave it out. */
export class EngineLog {
  /** By height; the newest word about a slot counts, because a tab that resumes makes what died with the other. */
  readonly numbers = new Map<number, Map<number, number>>();

  /** -1 before the first. */
  newestSlot = -1;

  /** When the browser gave the engine silence of its own in the middle of what a device hears; wall clock, milliseconds. */
  readonly silencesMs: number[] = [];

  /**
   * Before the page is opened. The worker's script gets a few lines in front that listen at `VideoEncoder`: what is
   * logged is what the browser's encoders did, whatever the product believes.
   */
  async listen(page: Page): Promise<void> {
    page.on('console', (message) => {
      const text = message.text();
      if (text.startsWith(MARK)) this.#take(text.slice(MARK.length));
      if (text.startsWith(SILENT_MARK)) this.silencesMs.push(Number(text.slice(SILENT_MARK.length)));
    });
    await page.route(/\/engine\.worker-[^/]*\.js$/, async (route) => {
      const answer = await route.fetch();
      const listening = `(${listenToEncoders.toString()})(${NUMBER_BITS},${JSON.stringify(MARK)},${SLATE});
        (${listenToSound.toString()})(${JSON.stringify(SILENT_MARK)});`;
      await route.fulfill({ response: answer, body: `${listening}\n${await answer.text()}` });
    });
  }

  #take(text: string): void {
    for (const entry of text.split(' ')) {
      const [height = 0, slot = 0, number = 0] = entry.split(':').map(Number);
      const slots = this.numbers.get(height) ?? new Map<number, number>();
      slots.set(slot, number);
      this.numbers.set(height, slots);
      this.newestSlot = Math.max(this.newestSlot, slot);
    }
  }
}

/** Runs in the engine's worker; must not use anything from outside. */
function listenToEncoders(bits: number, mark: string, slate: number): void {
  const NativeFrame = VideoFrame;
  const NativeEncoder = VideoEncoder;
  const canvas = new OffscreenCanvas(bits, 2);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const numbers = new WeakMap<VideoFrame, number>();
  const inSlots = new WeakSet<VideoFrame>();
  const FRAME_RATE = 30;
  const ENTRIES_AT_ONCE = 4;

  const numberOn = (picture: VideoFrame): number => {
    const known = numbers.get(picture);
    if (known !== undefined || context === null) return known ?? slate;
    context.drawImage(picture, 0, 0, bits, 2);
    const { data } = context.getImageData(0, 0, bits, 1);
    let number = 0;
    for (let bit = 0; bit < bits; bit++) if ((data[bit * 4] ?? 0) > 128) number += 2 ** bit;
    numbers.set(picture, number);
    return number;
  };

  class HeardFrame extends NativeFrame {
    constructor(source: CanvasImageSource | AllowSharedBufferSource, init?: VideoFrameInit & VideoFrameBufferInit) {
      super(source as CanvasImageSource, init);
      // What the engine paints itself has no time of capture.
      const isPainted = !(source instanceof NativeFrame) && init?.timestamp === 0;
      numbers.set(this, isPainted ? slate : numberOn(source instanceof NativeFrame ? source : this));
      // A picture made from another gets the time of its slot; encoders that are only tried get others.
      if (source instanceof NativeFrame) inSlots.add(this);
    }
  }
  let entries: string[] = [];
  class HeardEncoder extends NativeEncoder {
    height = 0;
    readonly inside: Map<number, number>;
    constructor(init: VideoEncoderInit) {
      const inside = new Map<number, number>();
      super({
        error: init.error,
        output: (chunk, metadata) => {
          const number = inside.get(chunk.timestamp);
          inside.delete(chunk.timestamp);
          if (number !== undefined)
            entries.push(`${this.height}:${Math.round((chunk.timestamp * FRAME_RATE) / 1_000_000)}:${number}`);
          if (entries.length >= ENTRIES_AT_ONCE) {
            // The only way out of a worker that a tab which is killed the next moment has taken already.
            // biome-ignore lint/suspicious/noConsole: a test's ear, not the product's log.
            console.log(mark + entries.join(' '));
            entries = [];
          }
          init.output(chunk, metadata);
        },
      });
      this.inside = inside;
    }
    override configure(config: VideoEncoderConfig): void {
      this.height = config.height;
      super.configure(config);
    }
    override encode(frame: VideoFrame, options?: VideoEncoderEncodeOptions): void {
      if (inSlots.has(frame)) this.inside.set(frame.timestamp, numbers.get(frame) ?? slate);
      super.encode(frame, options);
    }
  }
  Object.assign(self, { VideoFrame: HeardFrame, VideoEncoder: HeardEncoder });
}

/**
 * Runs in the engine's worker; must not use anything from outside. A browser whose capture runs dry for a moment hands
 * on 10 ms of zeros: the sound is broken before the product has it. No tone has so many zeros in a row.
 */
function listenToSound(mark: string): void {
  const ZEROS = 100;
  const ports = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  const lookFor = (): ((samples: Float32Array) => void) => {
    let zeros = 0;
    return (samples) => {
      for (const sample of samples) {
        zeros = sample === 0 ? zeros + 1 : 0;
        // biome-ignore lint/suspicious/noConsole: a test's ear, not the product's log.
        if (zeros === ZEROS) console.log(mark + Date.now());
      }
    };
  };
  Object.defineProperty(MessagePort.prototype, 'onmessage', {
    ...ports,
    set(this: MessagePort, handler: (event: MessageEvent<{ readonly channels?: readonly Float32Array[] }>) => void) {
      const look = lookFor();
      const heard = (event: Parameters<typeof handler>[0]): void => {
        const [first] = event.data.channels ?? [];
        if (first !== undefined) look(first);
        handler.call(this, event);
      };
      ports?.set?.call(this, heard);
    },
  });
}
