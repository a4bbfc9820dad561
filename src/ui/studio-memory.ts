import { PRESETS, type Preset } from '../encode/ladder-offers.ts';

/** What the studio remembers between visits, on this device only. */
export interface StudioMemory {
  readonly cameraId: string | undefined;
  readonly microphoneId: string | undefined;
  readonly preset: Preset;
  /** Newest first; offered while a title is typed, never used unasked. */
  readonly titles: readonly string[];
}

const KEY = 'tabcast.studio';
const MAX_TITLES = 5;
const MAX_TITLE_CHARACTERS = 120;
const MAX_ID_CHARACTERS = 256;
const NOTHING: StudioMemory = { cameraId: undefined, microphoneId: undefined, preset: 'full', titles: [] };

/** Never throws on what an older version, another tab or a person wrote there. */
export function parseMemory(text: string | null): StudioMemory {
  let raw: unknown;
  try {
    raw = JSON.parse(text ?? '{}');
  } catch {
    return NOTHING;
  }
  if (typeof raw !== 'object' || raw === null) return NOTHING;
  const { cameraId, microphoneId, preset, titles } = raw as Partial<Record<keyof StudioMemory, unknown>>;
  return {
    cameraId: isShortText(cameraId, MAX_ID_CHARACTERS) ? cameraId : undefined,
    microphoneId: isShortText(microphoneId, MAX_ID_CHARACTERS) ? microphoneId : undefined,
    preset: PRESETS.find((known) => known === preset) ?? NOTHING.preset,
    titles: Array.isArray(titles)
      ? titles.filter((title) => isShortText(title, MAX_TITLE_CHARACTERS)).slice(0, MAX_TITLES)
      : [],
  };
}

/** A title that was used before moves to the front; an empty one is not remembered. */
export function withTitle(titles: readonly string[], title: string): readonly string[] {
  if (!isShortText(title, MAX_TITLE_CHARACTERS)) return titles;
  return [title, ...titles.filter((known) => known !== title)].slice(0, MAX_TITLES);
}

/** A browser that keeps nothing (private window, blocked storage) remembers for this visit. */
export class KeptMemory {
  #memory = loadMemory();

  get now(): StudioMemory {
    return this.#memory;
  }

  keep(change: Partial<StudioMemory>): void {
    this.#memory = { ...this.#memory, ...change };
    saveMemory(this.#memory);
  }
}

function loadMemory(): StudioMemory {
  try {
    return parseMemory(localStorage.getItem(KEY));
  } catch {
    return NOTHING;
  }
}

function saveMemory(memory: StudioMemory): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // Storage is full or forbidden: the choice holds for this visit.
  }
}

/** After a log-out: the next person finds neither devices nor titles. */
export function forgetMemory(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Where storage is forbidden nothing was kept.
  }
}

const isShortText = (value: unknown, characters: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= characters;
