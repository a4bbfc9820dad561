import type { SpoolSafety, UploadStats } from '../protocol/stats.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import { titleText } from './broadcast-list.ts';
import type { StudioPhase } from './studio-state.ts';

/**
 * off: nobody sees anything. waiting: on the way. on-air: the origin has served the first part back, the only state
 * with a red dot. trouble: live, and viewers are waiting.
 */
export type StatusTone = 'off' | 'waiting' | 'on-air' | 'trouble';

export interface StudioStatus {
  readonly text: string;
  /** Counts while `text` stands; not for a screen reader, which would read it every second. */
  readonly detail?: string;
  readonly tone: StatusTone;
}

const LIVE = 'You are live';

const STEPS: Readonly<Record<Extract<StudioPhase, { kind: 'starting' }>['step'], string>> = {
  earlier: 'what is sent already',
  camera: 'the camera’s size',
  encoders: 'the encoders',
  picture: 'the first picture',
  frames: 'the first encoded pictures',
};

/** The one sentence about what viewers get now. It changes rarely, so that a screen reader can read all of it. */
export function studioStatus(
  phase: StudioPhase,
  uplink: UploadStats['uplink'] | undefined,
  waitingS = 0,
): StudioStatus {
  switch (phase.kind) {
    case 'welcome':
      return { text: 'Camera and microphone are off', tone: 'off' };
    case 'asking':
      return { text: 'Your browser is asking. Choose “Allow”.', tone: 'waiting' };
    case 'unfinished':
      return { text: 'Your last stream is still open', tone: 'waiting' };
    case 'blocked':
      return { text: 'Not ready', tone: 'off' };
    case 'ready':
      return { text: 'Preview. Nobody sees you yet.', tone: 'off' };
    case 'starting':
      return { text: 'Starting…', detail: STEPS[phase.step], tone: 'waiting' };
    case 'live':
      if (uplink === 'reconnecting' || uplink === 'server-full')
        return {
          text: uplink === 'server-full' ? 'The server is full' : 'Reconnecting',
          detail: `${Math.floor(waitingS)} s safe in this tab. Keep it open.`,
          tone: 'trouble',
        };
      if (uplink === 'catching-up' && phase.isConfirmed)
        return { text: LIVE, detail: `${Math.ceil(waitingS)} s still to be sent`, tone: 'on-air' };
      return { text: LIVE, tone: phase.isConfirmed ? 'on-air' : 'waiting' };
    case 'ending':
      return { text: 'Ending. Sending the last seconds…', tone: 'waiting' };
    case 'ended':
      return { text: 'Your stream has ended', tone: 'off' };
    case 'failed':
      return { text: 'The stream has stopped', tone: 'off' };
  }
}

/** Phases in which closing the tab would cost viewers something. */
export const isOnTheWay = (phase: StudioPhase): boolean =>
  phase.kind === 'starting' || phase.kind === 'live' || phase.kind === 'ending';

/** Whether what is not sent yet outlives a crash of this tab. */
export function safetySentence(safety: SpoolSafety): string {
  if (safety.where === 'memory')
    return 'This browser cannot keep video on its disk: what is not sent yet is lost if this tab crashes.';
  const megabytes = Math.round(safety.budgetBytes / 1e6).toLocaleString('en');
  return `What is not sent yet is kept on this disk, up to ${megabytes} MB, also if this tab crashes.`;
}

/** What a person reads who comes back to a broadcast that an earlier tab left. */
export function leftSentence({ broadcast, state, unsentMs }: UnfinishedBroadcast): string {
  const title = `Your broadcast “${titleText(broadcast.title)}”`;
  if (state === 'elsewhere') return `${title} is open in another tab of this browser.`;
  const what = state === 'over' ? `${title} has ended by itself` : `${title} is still open`;
  if (unsentMs === undefined) return `${what}.`;
  const seconds = Math.ceil(unsentMs / 1000);
  return seconds === 0 ? `${what}: everything is sent.` : `${what}: ${seconds} s not yet sent.`;
}
