import type { LadderOffer, Preset } from '../encode/ladder-offers.ts';
import { rateText } from './rate-words.ts';

export const PRESET_NAMES: Readonly<Record<Preset, string>> = {
  full: 'Everything this machine can',
  light: 'Light',
  sharp: 'Sharp text',
  quick: 'Lowest delay',
};

export const PRESET_SENTENCES: Readonly<Record<Preset, string>> = {
  full: 'Each viewer gets the best that their line carries.',
  light: 'A small picture, for an old laptop, a battery or a thin line.',
  sharp: 'One large picture with more detail, for slides and code, and a small one beside it.',
  quick: 'Every picture is sent by itself: about a tenth of a second less delay, three times the requests.',
};

/** `1080p to 240p · 41 % of this machine · sends 7.1 Mb/s`. */
export function costText({ rungs, machineShare, sentBps }: LadderOffer): string {
  const heights = rungs.map(({ height }) => height);
  const [top, low] = [Math.max(...heights), Math.min(...heights)];
  const sizes = top === low ? `${top}p` : `${top}p${heights.length > 2 ? ' to ' : ' and '}${low}p`;
  const share = machineShare > 1 ? 'more than this machine has' : `${Math.round(machineShare * 100)} % of this machine`;
  return `${sizes} · ${share} · sends ${rateText(sentBps)}`;
}
