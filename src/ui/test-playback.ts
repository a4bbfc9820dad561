import type { RecordedTrack } from '../../workers/messages.ts';
import { StageError } from '../protocol/errors.ts';

const unplayable = (cause?: unknown): StageError =>
  new StageError(
    'play',
    'test_unplayable',
    'The recording was made, but this browser cannot play it here. Viewers with another browser can.',
    { cause },
  );

/** Puts the tracks into `video` as a viewer's player does; the answer frees them. Rejects with StageError `test_unplayable`. */
export async function showRecording(video: HTMLVideoElement, tracks: readonly RecordedTrack[]): Promise<() => void> {
  if (typeof MediaSource === 'undefined') throw unplayable();
  const source = new MediaSource();
  const url = URL.createObjectURL(source);
  const free = (): void => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    const opened = once(source, 'sourceopen');
    video.src = url;
    await opened;
    const buffers = tracks.map(({ mimeType, bytes }) => ({ buffer: source.addSourceBuffer(mimeType), bytes }));
    for (const { buffer, bytes } of buffers) {
      const appended = once(buffer, 'updateend');
      buffer.appendBuffer(bytes);
      await appended;
    }
    source.endOfStream();
    return free;
  } catch (cause) {
    free();
    throw unplayable(cause);
  }
}

const once = (target: EventTarget, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    target.addEventListener(name, () => resolve(), { once: true });
    target.addEventListener('error', () => reject(new Error(`error before ${name}`)), { once: true });
  });
