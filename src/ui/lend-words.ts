import type { LendState, LendStep } from '../../workers/lend-messages.ts';
import type { HelpLooks } from '../protocol/lend.ts';

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
  looking: 'what another helper made is compared with the original',
};

export const stepWords = (step: LendStep): string => STEPS[step];

export const piecesText = (count: number): string => `${count} ${count === 1 ? 'piece' : 'pieces'}`;

/** What came of looking at what helpers of a live made. */
export function looksText({ good, lies, waiting }: HelpLooks): string {
  const said = [
    ...(good + lies === 0 ? [] : [`${piecesText(good)} of it looked at and right`]),
    ...(lies === 0 ? [] : [`${lies} not what the source shows`]),
    ...(waiting === 0 ? [] : [`${waiting} being looked at`]),
  ];
  return said.length === 0 ? 'Nothing of it has been looked at yet.' : `${said.join(', ')}.`;
}
