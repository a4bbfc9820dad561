import { StageError } from '../protocol/errors.ts';

/** A screen, a window or a tab; its sound where the browser offers it and the person left it on. */
export interface SharedScreen {
  readonly picture: MediaStreamTrack;
  readonly sound: MediaStreamTrack | undefined;
}

/** Beyond what TypeScript's library knows; browsers leave out what they do not know either. */
interface ScreenOptions extends DisplayMediaStreamOptions {
  readonly systemAudio: 'include';
  readonly surfaceSwitching: 'include';
  readonly selfBrowserSurface: 'exclude';
}

/** Nothing larger than the best rendition is asked for: the browser scales a screen better than an encoder does. */
const WISH: ScreenOptions = {
  video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 30, max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude',
};

/** False on phones. */
export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/**
 * Asks which one in the browser's own window; has to be called in answer to a click. Rejects with StageError
 * `no_screen_sharing`, `screen_not_chosen` or `screen_failed`.
 */
export async function openScreen(): Promise<SharedScreen> {
  const error = (code: string, sentence: string, cause?: unknown): StageError =>
    new StageError('capture', code, sentence, { cause });
  if (!canShareScreen())
    throw error('no_screen_sharing', 'This browser cannot share a screen. Use a browser on a computer, or the camera.');
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia(WISH);
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError' || name === 'InvalidStateError')
      throw error(
        'screen_not_chosen',
        'Nothing was shared. Choose a screen, a window or a tab when you are asked.',
        cause,
      );
    throw error(
      'screen_failed',
      'The screen could not be read. Allow this browser to record the screen in the settings of your system.',
      cause,
    );
  }
  const [picture] = stream.getVideoTracks();
  const [sound] = stream.getAudioTracks();
  if (picture === undefined)
    throw error('screen_failed', 'The browser gave no picture of the screen. Choose another one.');
  return { picture, sound };
}
