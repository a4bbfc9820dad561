import { api } from '../protocol/urls.ts';
import { askOrigin } from './ask-origin.ts';
import { randomId } from './random-id.ts';

const EVERY_MS = 10_000;

/** Says every 10 s that this page plays, under a name that is new for every page; returns how to stop. */
export function signalWatching(broadcastId: string, isPlaying: () => boolean): () => void {
  const body = { viewer: randomId() };
  const say = (): void => {
    if (!isPlaying()) return;
    askOrigin('POST', api.watching(broadcastId), { body }).catch(() => {
      // Somebody who is not counted watches all the same.
    });
  };
  const timer = window.setInterval(say, EVERY_MS);
  return () => window.clearInterval(timer);
}
