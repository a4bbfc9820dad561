import type { Page } from '@playwright/test';
import { changeEngine } from './change-engine.ts';

/**
 * In front of the engine's own code: every encoder fills the bit rate it was asked for, or `share` times as much, as a
 * picture full of detail makes it do. What the fake camera's flat picture leaves over is filler data (H.264, NAL type
 * 12), which costs a busy machine nothing and which decoders skip.
 */
const filling = (share: number): string => `{
  const Plain = VideoEncoder;
  const HEADER_BYTES = 6;
  self.VideoEncoder = class extends Plain {
    constructor(init) {
      const rate = { bytesPerFrame: 0, owedBytes: 0 };
      super({ ...init, output(chunk, metadata) { init.output(filled(chunk, rate), metadata); } });
      this.rate = rate;
    }
    configure(config) {
      this.rate.bytesPerFrame = (${share} * config.bitrate) / config.framerate / 8;
      super.configure(config);
    }
  };
  function filled(chunk, rate) {
    rate.owedBytes += rate.bytesPerFrame - chunk.byteLength;
    if (rate.owedBytes < HEADER_BYTES) return chunk;
    const fillerBytes = Math.floor(rate.owedBytes);
    rate.owedBytes -= fillerBytes;
    const data = new Uint8Array(chunk.byteLength + fillerBytes).fill(0xff);
    chunk.copyTo(data);
    new DataView(data.buffer).setUint32(chunk.byteLength, fillerBytes - 4);
    data[chunk.byteLength + 4] = 12;
    data[data.length - 1] = 0x80;
    return new EncodedVideoChunk({ type: chunk.type, timestamp: chunk.timestamp, duration: chunk.duration ?? undefined, data });
  }
}
`;

/** Before the studio is opened. */
export const fillRates = (page: Page, share = 1): Promise<void> => changeEngine(page, filling(share));
