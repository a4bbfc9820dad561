import { AudioSample, CustomAudioDecoder, type EncodedPacket } from 'mediabunny';
import { mp3Channels } from '../src/mapreduce/mp3-header.ts';

/** Packets inside the decoder; more would keep the sound of a whole file in memory. */
const MAX_PACKETS = 16;

/**
 * MP3 by the browser's own decoder, which is told what the frames say. What MP4 files say of the channels is often
 * wrong, and Chromium refuses the sound then. Samples come out as the file promises.
 */
export class Mp3Decoder extends CustomAudioDecoder {
  #decoder: AudioDecoder | undefined;
  #wake: () => void = () => undefined;
  /** From the times of the decoder to those of the file: Chromium has none before zero. */
  #offsetSeconds: number | undefined;

  static override supports(codec: string): boolean {
    return codec === 'mp3';
  }

  override init(): void {}

  override async decode(packet: EncodedPacket): Promise<void> {
    this.#decoder ??= this.#open(packet);
    const decoder = this.#decoder;
    decoder.decode(packet.toEncodedAudioChunk());
    while (decoder.state === 'configured' && decoder.decodeQueueSize > MAX_PACKETS)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  override async flush(): Promise<void> {
    await this.#decoder?.flush();
    this.close();
  }

  override close(): void {
    if (this.#decoder !== undefined && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = undefined;
    this.#offsetSeconds = undefined;
  }

  #open({ data, timestamp }: EncodedPacket): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (sound) => this.#give(sound, timestamp),
      error: (cause) => {
        this.#wake();
        this.onError(cause);
      },
    });
    decoder.ondequeue = () => this.#wake();
    const numberOfChannels = mp3Channels(data) ?? this.config.numberOfChannels;
    decoder.configure({ ...this.config, numberOfChannels });
    return decoder;
  }

  #give(sound: AudioData, firstSeconds: number): void {
    const seconds = sound.timestamp / 1_000_000;
    this.#offsetSeconds ??= firstSeconds - seconds;
    const sample =
      sound.numberOfChannels === this.config.numberOfChannels ? new AudioSample(sound) : this.#spread(sound);
    sample.setTimestamp(seconds + this.#offsetSeconds);
    this.onSample(sample);
  }

  /** One channel becomes as many as were promised; takes ownership. */
  #spread(sound: AudioData): AudioSample {
    try {
      const { numberOfFrames, sampleRate, timestamp } = sound;
      const { numberOfChannels } = this.config;
      const data = new Float32Array(numberOfFrames * numberOfChannels);
      for (let channel = 0; channel < numberOfChannels; channel++)
        sound.copyTo(data.subarray(channel * numberOfFrames, (channel + 1) * numberOfFrames), {
          planeIndex: Math.min(channel, sound.numberOfChannels - 1),
          format: 'f32-planar',
        });
      const seconds = timestamp / 1_000_000;
      return new AudioSample({ data, format: 'f32-planar', numberOfChannels, sampleRate, timestamp: seconds });
    } finally {
      sound.close();
    }
  }
}
