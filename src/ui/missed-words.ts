import type { MissedMedia } from '../play/player-state.ts';

const seconds = (ms: number): number => Math.round(ms / 1000);

/** What is said to a viewer who was at the live edge when the creator was lost. */
export function missedWords({ fromMs, toMs, missingMs }: MissedMedia): {
  readonly text: string;
  readonly button: string;
  readonly progress: string;
} {
  const length = seconds(toMs - fromMs);
  return {
    text:
      missingMs > 0
        ? 'The creator was away, and is sending what you missed.'
        : 'The creator was away. Nothing of it is lost.',
    button: `Watch the ${length} s you missed`,
    progress: `${Math.min(length, Math.floor((toMs - fromMs - missingMs) / 1000))} of ${length} s are here.`,
  };
}

/** The countdown of a viewer who waits for what is being sent. */
export const fillingWords = (leftMs: number | undefined): string =>
  leftMs === undefined ? 'It goes on by itself.' : `It goes on in about ${Math.max(1, Math.ceil(leftMs / 1000))} s.`;
