import type { LendOffer } from '../src/protocol/lend.ts';
import type { Rendition } from './encode-core.ts';
import { describeEncoders } from './encoder-configs.ts';
import type { MadeConfig } from './segment-maker.ts';

export const renditionsOf = ({ tracks }: Pick<LendOffer, 'tracks'>): readonly Rendition[] =>
  tracks.map(({ id, width, height, bitrateBps }) => ({ track: id, width, height, bitrateBps }));

/** What the encoders of this browser say of themselves for what is to be made. */
export const probeHelper = (offer: Pick<LendOffer, 'tracks' | 'grid' | 'isLive'>): Promise<readonly MadeConfig[]> =>
  describeEncoders(renditionsOf(offer), offer.grid.frameRate, offer.isLive ? 'realtime' : 'quality');
