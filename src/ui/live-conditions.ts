import type { StudioPhase } from './studio-state.ts';
import { spokenLength } from './time-words.ts';

/** What happens to the machine while it is live. */
export interface LiveConditions {
  /** Undefined where there is none, or where the browser does not tell. */
  readonly battery: { readonly isCharging: boolean; readonly share: number } | undefined;
  /** For how long nothing was heard. */
  readonly silentMs: number;
  /** How long machine or tab stood still, a moment ago; 0 else. */
  readonly sleptMs: number;
  /** free: nobody asked for it yet. refused: the browser does not keep the screen on. */
  readonly wakeLock: 'free' | 'held' | 'refused';
}

export interface ConditionNote {
  readonly text: string;
  readonly tone: 'info' | 'trouble';
  /** To read more; opens beside the studio. */
  readonly link?: { readonly href: string; readonly text: string };
}

export const CALM: LiveConditions = { battery: undefined, silentMs: 0, sleptMs: 0, wakeLock: 'free' };

const SILENT_MS = 10_000;
const LOW_BATTERY_SHARE = 0.2;

/** What is the matter, and what to do; each goes away by itself. Only while live. */
export function conditionNotes(
  { battery, silentMs, sleptMs, wakeLock }: LiveConditions,
  phase: StudioPhase['kind'],
  isMuted: boolean,
): readonly ConditionNote[] {
  if (phase !== 'live') return [];
  const notes: ConditionNote[] = [];
  if (sleptMs > 0)
    notes.push({
      tone: 'info',
      text: `This computer stood still for ${spokenLength(sleptMs)}. The stream goes on at the same link; viewers saw you stop for that time.`,
    });
  if (silentMs >= SILENT_MS && !isMuted)
    notes.push({
      tone: 'trouble',
      text: 'We hear nothing from your microphone. Speak up, look for its own switch, or choose another one.',
    });
  if (battery !== undefined && !battery.isCharging) {
    const percent = Math.round(battery.share * 100);
    notes.push(
      battery.share <= LOW_BATTERY_SHARE
        ? {
            tone: 'trouble',
            text: `The battery is at ${percent} %. Plug the charger in, or the stream will break off.`,
          }
        : { tone: 'info', text: `Running on battery, ${percent} %. Encoding empties it fast: plug the charger in.` },
    );
  }
  if (wakeLock === 'refused')
    notes.push({
      tone: 'info',
      text: 'This browser does not keep the machine awake. Switch its sleep off while you are live.',
    });
  return notes;
}
