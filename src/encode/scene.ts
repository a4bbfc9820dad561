/** What a broadcast shows, as the person chose it. corner: the camera over the screen. sound: a picture that is drawn. */
export const SCENE_KINDS = ['camera', 'screen', 'corner', 'sound', 'file'] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];

export type Scene =
  | { readonly kind: Exclude<SceneKind, 'sound'> }
  /** The title is drawn. */
  | { readonly kind: 'sound'; readonly title: string };

/** What encoders should keep: letters and lines, or movement. */
export type PictureContent = 'motion' | 'detail';

export const contentOf = (kind: SceneKind): PictureContent =>
  kind === 'screen' || kind === 'corner' ? 'detail' : 'motion';

/** What viewers read while there is nothing to show. */
export const SLATE_TEXTS: Readonly<Record<SceneKind, string>> = {
  camera: 'The camera is off',
  screen: 'The screen is not shown',
  corner: 'The screen is not shown',
  sound: 'Sound only',
  file: 'One moment…',
};

/** Sounds that are mixed, each with its own volume. */
export const SOUND_INPUTS = ['microphone', 'screen', 'file'] as const;
export type SoundInput = (typeof SOUND_INPUTS)[number];
