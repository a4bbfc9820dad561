import { mendAvcC } from '../src/encode/avcc.ts';
import { h264Candidates } from '../src/encode/codec-candidates.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import type { FrameRate } from '../src/protocol/grid.ts';
import { TRIAL_TASK, tryEncoder } from './encoder-trial.ts';
import type {
  EncoderSource,
  EncodeTask,
  OpenEncoder,
  PictureEncoder,
  PictureEncoderEvents,
  UsableTrial,
} from './picture-encoder.ts';

/** The browser's own encoder. It scales by itself, on its own thread. */
export const openWebCodecs: OpenEncoder = async (task) => {
  if (typeof VideoEncoder === 'undefined') return undefined;
  for (const codec of h264Candidates(task.width, task.height, task.frameRate as FrameRate)) {
    const config = configOf(codec, task);
    if (!(await isSupported(config))) continue;
    const trial = await trialOf(codec, task);
    if (trial !== undefined) return new WebCodecsSource(config, trial.heldFrames);
  }
  return undefined;
};

const trialOf = (codec: string, { latencyMode, keyEverySlots }: EncodeTask): Promise<UsableTrial | undefined> =>
  tryEncoder(
    `${codec} ${latencyMode}`,
    () => new WebCodecsSource(configOf(codec, { ...TRIAL_TASK, latencyMode, keyEverySlots }), 0),
  );

function configOf(codec: string, task: EncodeTask): VideoEncoderConfig {
  return {
    codec,
    width: task.width,
    height: task.height,
    bitrate: task.bitrateBps,
    framerate: task.frameRate,
    latencyMode: task.latencyMode,
    bitrateMode: 'variable',
    avc: { format: 'avc' },
    ...(task.contentHint === undefined ? {} : { contentHint: task.contentHint }),
  };
}

/** Some browsers throw where they should answer no. */
async function isSupported(config: VideoEncoderConfig): Promise<boolean> {
  try {
    return (await VideoEncoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

class WebCodecsSource implements EncoderSource {
  readonly name = 'webcodecs';
  readonly heldFrames: number;
  #config: VideoEncoderConfig;

  constructor(config: VideoEncoderConfig, heldFrames: number) {
    this.#config = config;
    this.heldFrames = heldFrames;
  }

  setContentHint(contentHint: PictureContent): void {
    this.#config = { ...this.#config, contentHint };
  }

  create(events: PictureEncoderEvents): Promise<PictureEncoder> {
    const onSwallowed = (): void => {
      // Encoders may leave frames out in realtime mode, and every slot needs one.
      this.#config = { ...this.#config, latencyMode: 'quality' };
    };
    return Promise.resolve(new WebCodecsEncoder(this.#config, events, onSwallowed));
  }
}

class WebCodecsEncoder implements PictureEncoder {
  readonly #encoder: VideoEncoder;
  readonly #events: PictureEncoderEvents;
  readonly #onSwallowed: () => void;
  /** Pictures inside, in order. */
  readonly #sent: { readonly slot: number; readonly timestamp: number }[] = [];

  #config: VideoEncoderConfig;
  /** `#config` is another than the encoder runs with: it takes over with a key frame, because it forces one. */
  #isConfigNew = false;

  constructor(config: VideoEncoderConfig, events: PictureEncoderEvents, onSwallowed: () => void) {
    this.#config = config;
    this.#events = events;
    this.#onSwallowed = onSwallowed;
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#onChunk(chunk, metadata),
      error: (cause) => events.onFailure(cause),
    });
    this.#encoder.configure(config);
  }

  encode(picture: VideoFrame, slot: number, isKey: boolean): void {
    if (this.#encoder.state !== 'configured') return;
    if (isKey && this.#isConfigNew) {
      this.#encoder.configure(this.#config);
      this.#isConfigNew = false;
    }
    this.#sent.push({ slot, timestamp: picture.timestamp });
    this.#encoder.encode(picture, { keyFrame: isKey });
  }

  setContentHint(contentHint: PictureContent): void {
    this.#config = { ...this.#config, contentHint };
    this.#isConfigNew = true;
  }

  async flush(): Promise<void> {
    if (this.#encoder.state === 'configured') await this.#encoder.flush();
  }

  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  #onChunk(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    if (this.#encoder.state === 'closed') return;
    const expected = this.#sent.shift();
    if (chunk.timestamp !== expected?.timestamp) {
      this.#onSwallowed();
      const due = expected === undefined ? 'none' : `slot ${expected.slot}`;
      this.#events.onFailure(new Error(`the picture of ${chunk.timestamp} µs came where ${due} was due`));
      return;
    }
    const description = metadata?.decoderConfig?.description;
    if (description !== undefined)
      this.#events.onConfig(mendAvcC(bytesOf(description)), metadata?.decoderConfig?.colorSpace);
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    this.#events.onFrame(expected.slot, chunk.type === 'key', data);
  }
}

/** A copy: the encoder may reuse its own. */
function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  const view = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return new Uint8Array(view);
}
