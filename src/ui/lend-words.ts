import type { LendState, LendStep } from '../../workers/lend-messages.ts';

/** What a helper's page says it is doing. */
export function statusOfLend(state: LendState | undefined): string {
  if (state === undefined) return 'Looking at the invitation…';
  switch (state.phase.kind) {
    case 'looking':
      return 'Looking at the invitation…';
    case 'invited':
      return 'Will you help?';
    case 'joining':
      return 'Trying the video encoders of this browser…';
    case 'helping':
      if (!state.isConnected) return 'Reconnecting…';
      return state.work.length === 0 ? 'Waiting for a piece' : 'Helping';
    case 'stopped':
      return 'You have stopped helping';
    case 'over':
      return 'All of it is done';
    case 'refused':
      return 'This tab cannot help';
  }
}

const STEPS: Readonly<Record<LendStep, string>> = {
  fetching: 'getting its source',
  making: 'being made',
  sending: 'being sent back',
};

export const stepWords = (step: LendStep): string => STEPS[step];

export const piecesText = (count: number): string => `${count} ${count === 1 ? 'piece' : 'pieces'}`;
