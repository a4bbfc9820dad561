import type { EncoderName } from '../encode/encoder-choice.ts';
import type { SceneKind } from '../encode/scene.ts';
import { rateText } from './rate-words.ts';
import type { ProbeState } from './studio-state.ts';

/** unknown: the browser does not tell. */
export type Permission = 'granted' | 'denied' | 'unknown';
export type DeviceState = 'ok' | 'missing';

/** What is looked at before going live, beside the probes. Undefined: not known yet, or the browser does not tell. */
export interface PreflightFacts {
  readonly camera: DeviceState;
  readonly microphone: DeviceState;
  /** Something louder than the noise of an empty room has come through since the microphone was chosen. */
  readonly hasHeard: boolean;
  readonly cameraPermission: Permission;
  readonly microphonePermission: Permission;
  /** Room that the browser gives this page on the disk. */
  readonly freeBytes: number | undefined;
  readonly hasDisk: boolean | undefined;
  /** The origin's clock less this machine's. */
  readonly clockOffsetMs: number | undefined;
}

/** measure: run both probes again. ask: open camera and microphone again. */
export type PreflightFix = 'measure' | 'ask';

export interface PreflightRow {
  readonly name: string;
  readonly state: 'good' | 'checking' | 'attention';
  /** Only where it is not good: what to do, or what it means. */
  readonly sentence?: string;
  readonly fix?: PreflightFix;
}

/** Of the broadcast, seconds that should find room on the disk when the line is down. */
const ENOUGH_OUTAGE_S = 120;
/** A clock this far off is wrong; the stream goes by the origin's clock either way. */
const WRONG_CLOCK_MS = 5_000;

type Row = Omit<PreflightRow, 'name'>;
const GOOD: Row = { state: 'good' };
const CHECKING: Row = { state: 'checking' };
const attention = (sentence: string, fix?: PreflightFix): Row => ({
  state: 'attention',
  sentence,
  ...(fix === undefined ? {} : { fix }),
});

/** Seven rows, always in the same order. `sentBps`: what the chosen preset sends; `frameRate` is the camera's. */
export function preflightRows(
  facts: PreflightFacts,
  probe: ProbeState,
  wishes: {
    readonly isMuted: boolean;
    readonly frameRate: number;
    readonly encoder: EncoderName;
    readonly scene: SceneKind;
  },
): readonly PreflightRow[] {
  const named: readonly (readonly [string, Row])[] = [
    picture(facts, wishes.scene),
    ['Microphone', microphone(facts, wishes)],
    ['Permissions', permissions(facts)],
    ['Encoder', encoder(probe, wishes)],
    ['Upload line', uplink(probe)],
    ['Space for outages', space(facts, probe)],
    ['Clock', clock(facts)],
  ];
  return named.map(([name, row]) => ({ name, ...row }));
}

function picture({ camera: state }: PreflightFacts, scene: SceneKind): readonly [string, Row] {
  if (scene === 'camera') {
    const trouble = 'The camera gives no picture. Plug it in, or close the program that holds it.';
    return ['Camera', state === 'ok' ? GOOD : attention(trouble, 'ask')];
  }
  if (scene === 'sound' || scene === 'file') return ['Picture', GOOD];
  if (state === 'ok') return ['Screen', GOOD];
  return ['Screen', attention('Nothing is shared. Choose what viewers see.')];
}

function microphone(
  { microphone: state, hasHeard }: PreflightFacts,
  { isMuted, scene }: { readonly isMuted: boolean; readonly scene: SceneKind },
): Row {
  if (state !== 'ok' && (scene === 'screen' || scene === 'corner' || scene === 'file'))
    return attention('There is no microphone: viewers hear only the sound of what you show, if it has any.');
  if (state !== 'ok') return attention('The microphone is gone. Plug it in, or choose another one.', 'ask');
  if (isMuted) return attention('You are muted. Unmute when you want to be heard.');
  return hasHeard ? GOOD : attention('We have not heard you yet. Say something, or choose another microphone.');
}

function permissions({ cameraPermission, microphonePermission }: PreflightFacts): Row {
  const denied = [
    ...(cameraPermission === 'denied' ? ['camera'] : []),
    ...(microphonePermission === 'denied' ? ['microphone'] : []),
  ];
  if (denied.length === 0) return GOOD;
  return attention(
    `The browser keeps the ${denied.join(' and the ')} from this page. Allow it at the left of the address bar.`,
    'ask',
  );
}

function encoder(probe: ProbeState, wishes: { readonly frameRate: number; readonly encoder: EncoderName }): Row {
  const { frameRate } = wishes;
  if (probe.kind === 'failed') {
    const isKnown = probe.problem.code === 'no_encoder' || probe.problem.code === 'no_fallback';
    return attention(isKnown ? probe.problem.message : 'This machine could not be measured.', 'measure');
  }
  if (probe.kind !== 'done') return CHECKING;
  if (probe.machineShare <= 1)
    return wishes.encoder === 'webcodecs'
      ? GOOD
      : attention(
          'The fallback encoder (ffmpeg.wasm) works here: fewer and smaller qualities, more work for this machine.',
        );
  const fps = Math.floor(frameRate / probe.machineShare);
  return attention(
    `This machine makes ${fps} pictures a second and the camera gives ${frameRate}. Close other programs, then measure again.`,
    'measure',
  );
}

function uplink(probe: ProbeState): Row {
  if (probe.kind === 'failed') return attention('The line could not be measured.', 'measure');
  if (probe.kind !== 'done') return CHECKING;
  const sentBps = probe.rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0);
  if (sentBps <= probe.uplinkBps) return GOOD;
  return attention(
    `Your line uploads ${rateText(probe.uplinkBps)}, and even the smallest picture needs ${rateText(sentBps)}. Try a cable or another network.`,
    'measure',
  );
}

function space({ freeBytes, hasDisk }: PreflightFacts, probe: ProbeState): Row {
  if (hasDisk === undefined) return CHECKING;
  if (!hasDisk)
    return attention(
      'This browser keeps video in memory only (a private window does): do not close the tab in an outage.',
    );
  if (freeBytes === undefined || probe.kind !== 'done') return GOOD;
  const sentBps = probe.rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0);
  const seconds = sentBps > 0 ? (freeBytes * 8) / sentBps : ENOUGH_OUTAGE_S;
  if (seconds >= ENOUGH_OUTAGE_S) return GOOD;
  return attention(`The disk has room for an outage of ${Math.floor(seconds)} s only. Free some space on it.`);
}

function clock({ clockOffsetMs }: PreflightFacts): Row {
  if (clockOffsetMs === undefined) return CHECKING;
  if (Math.abs(clockOffsetMs) < WRONG_CLOCK_MS) return GOOD;
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  const away = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return attention(
    `This machine’s clock is ${away} ${clockOffsetMs > 0 ? 'behind' : 'ahead of'} the server’s. The stream goes by the server’s, so you may go live all the same.`,
  );
}
