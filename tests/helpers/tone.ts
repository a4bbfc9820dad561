import { AUDIO_TIMESCALE } from '../../src/protocol/grid.ts';

/** Length of one window in which the tone is looked for: a few periods, so that its phase is certain. */
export const WINDOW_S = 0.02;
const WINDOW_SAMPLES = AUDIO_TIMESCALE * WINDOW_S;
/** Of 16 bits. */
const SILENT_BELOW = 200;
/** Ten samples of 440 Hz. Clocks that are corrected while they run turn it by far less from window to window. */
const BREAK_RADIANS = Math.PI / 5;

export interface ToneHeard {
  readonly windows: number;
  /** Windows in which nothing is heard, oldest first. */
  readonly silent: readonly number[];
  /**
   * Windows in which the tone goes on from another place: samples were lost, doubled or made up there. Where it begins
   * again after a silence is no such window.
   */
  readonly breaks: readonly number[];
}

/** Follows one unbroken tone of `hz` through samples of one channel, 16 bits, at 48 kHz. */
export function followTone(samples: Int16Array, hz: number): ToneHeard {
  const windows = Math.floor(samples.length / WINDOW_SAMPLES);
  const phases = Array.from({ length: windows }, (_, window) => phaseOf(samples, window * WINDOW_SAMPLES, hz));
  const silent = phases.flatMap((phase, window) => (phase === undefined ? [window] : []));
  const breaks: number[] = [];
  let lastBroken = Number.NEGATIVE_INFINITY;
  for (let window = 1; window < windows - 1; window++) {
    const [before, here, after] = [phases[window - 1], phases[window], phases[window + 1]];
    if (before === undefined || here === undefined || after === undefined) continue;
    // A jump inside a window is whole only between its neighbours, and may be seen beside them too: that is one.
    if (Math.abs(turn(after - before)) <= BREAK_RADIANS) continue;
    if (lastBroken !== window - 1) breaks.push(window);
    lastBroken = window;
  }
  return { windows, silent, breaks };
}

/** Of the tone, against one that began with the first sample of all; undefined where it is silent. */
function phaseOf(samples: Int16Array, from: number, hz: number): number | undefined {
  let [real, imaginary, energy] = [0, 0, 0];
  for (let at = from; at < from + WINDOW_SAMPLES; at++) {
    const sample = samples[at] ?? 0;
    const angle = (2 * Math.PI * hz * at) / AUDIO_TIMESCALE;
    real += sample * Math.cos(angle);
    imaginary -= sample * Math.sin(angle);
    energy += sample * sample;
  }
  return Math.sqrt(energy / WINDOW_SAMPLES) < SILENT_BELOW ? undefined : Math.atan2(imaginary, real);
}

/** Into half a turn to either side. */
const turn = (radians: number): number => Math.atan2(Math.sin(radians), Math.cos(radians));
