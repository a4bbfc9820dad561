import type { ConditionNote } from './live-conditions.ts';
import type { StudioState } from './studio-state.ts';

/** What is the matter with the devices, in sentences that say what viewers get and what to do. Empty when all is well. */
export function sourceNotes(
  state: Pick<StudioState, 'inputs'> & { readonly phase: Pick<StudioState['phase'], 'kind'> },
): readonly ConditionNote[] {
  const { inputs } = state;
  const phase = state.phase.kind;
  if (phase !== 'ready' && phase !== 'starting' && phase !== 'live') return [];
  const viewers = phase === 'live' ? ' Viewers see a still picture meanwhile; the stream goes on.' : '';
  const notes: ConditionNote[] = [];
  const add = (tone: ConditionNote['tone'], text: string): void => {
    notes.push({ tone, text });
  };
  switch (inputs.camera) {
    case 'lost':
      add('trouble', `The camera is gone.${viewers} Plug it in again, or choose another one: it comes back by itself.`);
      break;
    case 'muted':
      add('trouble', `The camera gives no picture: its own switch, a lid or another program holds it.${viewers}`);
      break;
    case 'hidden':
      add('trouble', `This browser gives no camera pictures while this tab is hidden.${viewers}`);
      break;
    default:
  }
  if (inputs.screen === 'lost')
    add('trouble', `Sharing was stopped.${viewers} Choose the screen again, or another source.`);
  if (inputs.screen === 'muted')
    add('trouble', `What is shared gives no picture, perhaps because its window is minimised.${viewers}`);
  if (inputs.screen === 'hidden')
    add('trouble', `This browser gives no pictures of the screen while this tab is hidden.${viewers}`);
  if (inputs.needsVisiblePage && inputs.camera !== 'hidden' && inputs.screen !== 'hidden')
    add('info', 'Keep this tab visible: in this browser the picture stops while it is hidden or minimised.');
  if (inputs.microphone === 'lost')
    add('trouble', 'The microphone is gone, so viewers hear nothing. Plug it in again, or choose another one.');
  if (inputs.microphone === 'stopped')
    add(
      'trouble',
      'This browser has not started its sound, so viewers hear nothing. Plug in headphones or speakers, then click into this page.',
    );
  if (inputs.microphone === 'muted')
    add('trouble', 'The microphone is switched off by its own switch or by the system: viewers hear nothing of it.');
  return notes;
}
