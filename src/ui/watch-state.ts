import type { PlayerState } from '../play/player-state.ts';
import { clockText } from './time-words.ts';

export interface StateWords {
  readonly text: string;
  readonly tone: 'live' | 'good' | 'slow' | 'bad' | '';
}

const LIVE: StateWords = { text: 'Live', tone: 'live' };

/** The one line under the picture that says where the stream stands; also read out when it changes. */
export function stateWords(
  state: (Pick<PlayerState, 'phase'> & Partial<Pick<PlayerState, 'upload' | 'outage'>>) | 'unsupported' | undefined,
): StateWords {
  if (state === 'unsupported') return { text: 'Does not play in this browser', tone: 'bad' };
  switch (state?.phase.kind) {
    case undefined:
    case 'loading':
      return { text: 'Loading', tone: '' };
    case 'not-started':
      return { text: 'Not started yet', tone: '' };
    case 'live':
      return state.outage?.kind === 'away' ? { text: 'The creator is reconnecting', tone: 'slow' } : LIVE;
    case 'interrupted':
      // Who is behind it does not meet it.
      if (state.outage?.kind === 'none') return LIVE;
      return { text: 'Interrupted', tone: 'slow' };
    case 'unreachable':
      return { text: 'Reconnecting', tone: 'slow' };
    case 'ending':
      return { text: 'Ended: the recording is being made ready', tone: '' };
    case 'ended':
      if (state?.upload?.isFinished === false)
        return { text: `Recording, still being made: ${clockText(state.upload.madeMs)} can be watched`, tone: '' };
      if (state?.upload !== undefined && state.upload !== null) return { text: 'Recording', tone: '' };
      return { text: 'Ended: this is the recording', tone: '' };
    case 'failed':
      return { text: 'Not available', tone: 'bad' };
  }
}
