import type { LatencyMode } from './latency.ts';

/** What this browser remembers between visits. */
export interface Preferences {
  readonly volume: number;
  readonly isMuted: boolean;
  /** Height of the rendition, or automatic. */
  readonly quality: number | 'auto';
  readonly mode: LatencyMode;
  /** What the line carried last time, for the first choice of a rendition. */
  readonly lineBps: number | undefined;
}

const KEY = 'tabcast.player';
const DEFAULTS: Preferences = { volume: 1, isMuted: false, quality: 'auto', mode: 'live', lineBps: undefined };

/** Never throws on what an older version, another tab or a person wrote there. */
export function parsePreferences(text: string | null): Preferences {
  let raw: unknown;
  try {
    raw = JSON.parse(text ?? '{}');
  } catch {
    return DEFAULTS;
  }
  if (typeof raw !== 'object' || raw === null) return DEFAULTS;
  const { volume, isMuted, quality, mode, lineBps } = raw as Partial<Record<keyof Preferences, unknown>>;
  return {
    volume: isFiniteNumber(volume) && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    isMuted: typeof isMuted === 'boolean' ? isMuted : DEFAULTS.isMuted,
    quality: isFiniteNumber(quality) ? quality : 'auto',
    mode: mode === 'stable' ? 'stable' : 'live',
    lineBps: isFiniteNumber(lineBps) && lineBps > 0 ? lineBps : undefined,
  };
}

/** A browser that keeps nothing (private window, blocked storage) plays all the same. */
export function loadPreferences(): Preferences {
  try {
    return parsePreferences(localStorage.getItem(KEY));
  } catch {
    return DEFAULTS;
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage is full or forbidden: the choice holds for this visit.
  }
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
