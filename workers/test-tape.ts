import type { EngineToUpload, RecordedTrack } from './messages.ts';

interface Reel {
  readonly kind: 'video' | 'audio';
  readonly mimeType: string;
  readonly chunks: Uint8Array<ArrayBuffer>[];
}

/** Keeps what a session would send, so that the person can look at it: nothing of it leaves the tab. */
export class TestTape {
  readonly #reels = new Map<string, Reel>();

  take(message: EngineToUpload): void {
    if (message.kind === 'start') {
      for (const { id, kind, codecs } of message.request.tracks) {
        const init = message.inits.find(({ track }) => track === id);
        if (init === undefined) continue;
        this.#reels.set(id, { kind, mimeType: `${kind}/mp4; codecs="${codecs}"`, chunks: [init.bytes] });
      }
    } else if (message.kind === 'part') this.#reels.get(message.track)?.chunks.push(message.bytes);
  }

  /** Each track in one piece: its init segment and all its parts. */
  wind(): readonly RecordedTrack[] {
    return [...this.#reels.values()].map(({ kind, mimeType, chunks }) => {
      const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return { kind, mimeType, bytes };
    });
  }
}
