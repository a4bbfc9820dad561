import { Reel } from '../src/mapreduce/reel.ts';
import { fileFailure } from './file-failure.ts';
import { openRecording } from './recording-file.ts';
import type { FromMaker, ToMaker } from './recording-messages.ts';
import type { SourcePicture } from './recording-pictures.ts';
import { makeSegment, type Recipe } from './segment-maker.ts';
import { openSlice } from './source-slice.ts';

const TELL_EVERY_MS = 250;

/** What was decoded ahead for a segment that does not come is let go. */
const REST_MS = 3_000;

let opened: { readonly reel: Promise<Reel<SourcePicture>>; readonly recipe: Recipe } | undefined;
let resting: ReturnType<typeof setTimeout> | undefined;

const post = (message: FromMaker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

async function openReel({ file, form, recipe }: Extract<ToMaker, { kind: 'open' }>): Promise<Reel<SourcePicture>> {
  const { pictures } = await (form === 'slice' ? openSlice(file) : openRecording(file));
  return new Reel(pictures, 1 / recipe.plan.frameRate);
}

async function make(segment: number): Promise<void> {
  if (opened === undefined) return;
  clearTimeout(resting);
  let toldAtMs = performance.now();
  const reel = await opened.reel;
  const made = await makeSegment((fromSeconds, isPast) => reel.run(fromSeconds, isPast), segment, opened.recipe, {
    onSlot: (done, of) => {
      const nowMs = performance.now();
      if (nowMs - toldAtMs < TELL_EVERY_MS && done < of) return;
      toldAtMs = nowMs;
      post({ kind: 'slots', segment, done, of });
    },
    onRead: () => {
      resting = setTimeout(() => void reel.close(), REST_MS);
      post({ kind: 'read', segment });
    },
  });
  post(
    { kind: 'made', segment, made },
    made.parts.map((part) => part.bytes.buffer),
  );
}

self.onmessage = ({ data }: MessageEvent<ToMaker>): void => {
  if (data.kind === 'open') {
    opened = { reel: openReel(data), recipe: data.recipe };
    // Told with the first segment, which waits for it.
    opened.reel.catch(() => undefined);
    return;
  }
  const { segment } = data;
  make(segment).catch((cause: unknown) => {
    const error = fileFailure(cause, 'segment_failed', 'The picture of this part of the file cannot be decoded.');
    post({ kind: 'failed', segment, error: error.toWire() });
  });
};
