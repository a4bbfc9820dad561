import type { LendOffer } from '../src/protocol/lend.ts';
import type { Rendition } from './encode-core.ts';
import { configsOf } from './recording-opening.ts';
import type { MadeConfig } from './segment-maker.ts';

export const renditionsOf = ({ tracks }: Pick<LendOffer, 'tracks'>): readonly Rendition[] =>
  tracks.map(({ id, width, height, bitrateBps }) => ({ track: id, width, height, bitrateBps }));

/** Encodes one grey picture as every segment will be: what the encoders of this browser say of themselves. */
export async function probeHelper(offer: Pick<LendOffer, 'tracks' | 'grid'>): Promise<readonly MadeConfig[]> {
  const renditions = renditionsOf(offer);
  const [top] = renditions;
  if (top === undefined) return [];
  const { width, height } = top;
  const grey = new Uint8Array(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)).fill(128);
  const picture = new VideoFrame(grey, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
  try {
    return await configsOf(picture, { frameRate: offer.grid.frameRate }, renditions);
  } finally {
    picture.close();
  }
}
