export type PlayerKeyAction =
  | { readonly kind: 'toggle-play' }
  | { readonly kind: 'seek-by'; readonly ms: number }
  | { readonly kind: 'volume-by'; readonly step: number }
  | { readonly kind: 'toggle-mute' }
  | { readonly kind: 'full-screen' };

export interface KeyPress {
  readonly key: string;
  readonly hasModifier: boolean;
  /** What has the focus: its own keys win. */
  readonly focus: 'nothing' | 'button' | 'slider' | 'choice' | 'text';
}

const SEEK_MS = 5000;
const LONG_SEEK_MS = 10_000;
const VOLUME_STEP = 0.05;

/** The keys people know from other players; undefined leaves the key to the browser. */
export function playerKey({ key, hasModifier, focus }: KeyPress): PlayerKeyAction | undefined {
  if (hasModifier || focus === 'text') return undefined;
  const letter = key.toLowerCase();
  if (letter === 'k') return { kind: 'toggle-play' };
  if (letter === 'j') return { kind: 'seek-by', ms: -LONG_SEEK_MS };
  if (letter === 'l') return { kind: 'seek-by', ms: LONG_SEEK_MS };
  if (letter === 'm') return { kind: 'toggle-mute' };
  if (letter === 'f') return { kind: 'full-screen' };
  if (key === ' ') return focus === 'nothing' || focus === 'slider' ? { kind: 'toggle-play' } : undefined;
  if (focus === 'slider' || focus === 'choice') return undefined;
  if (key === 'ArrowLeft') return { kind: 'seek-by', ms: -SEEK_MS };
  if (key === 'ArrowRight') return { kind: 'seek-by', ms: SEEK_MS };
  if (key === 'ArrowUp') return { kind: 'volume-by', step: VOLUME_STEP };
  if (key === 'ArrowDown') return { kind: 'volume-by', step: -VOLUME_STEP };
  return undefined;
}
