import type { SceneKind, SoundInput } from '../encode/scene.ts';

/** Names of what can be shown, as buttons have them. */
export const SCENE_NAMES: Readonly<Record<SceneKind, string>> = {
  camera: 'Camera',
  screen: 'Screen',
  corner: 'Screen and camera',
  sound: 'Sound only',
  file: 'Play a video',
};

/** One sentence under the buttons: what viewers get from the chosen one. */
export const SCENE_SENTENCES: Readonly<Record<SceneKind, string>> = {
  camera: 'Viewers see your camera.',
  screen: 'Viewers see the screen, window or tab that you share, and hear its sound where the browser offers it.',
  corner: 'Viewers see what you share, with your camera in the lower right corner.',
  sound: 'Viewers see your title and how loud it is.',
  file: 'Viewers see a video file from this machine as if it were live.',
};

/** What the button that hides the picture is called. */
export const PICTURE_NAMES: Readonly<Record<SceneKind, string>> = {
  camera: 'Camera',
  screen: 'Screen',
  corner: 'Picture',
  sound: 'Picture',
  file: 'Picture',
};

export const SOUND_NAMES: Readonly<Record<SoundInput, string>> = {
  microphone: 'Microphone',
  screen: 'Sound of the screen',
  file: 'Sound of the file',
};
