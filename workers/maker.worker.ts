import { fileFailure } from './file-failure.ts';
import { openRecording, type RecordingFile } from './recording-file.ts';
import type { FromMaker, ToMaker } from './recording-messages.ts';
import { makeSegment, type Recipe } from './segment-maker.ts';
import { openSlice } from './source-slice.ts';

const TELL_EVERY_MS = 250;

let opened: { readonly file: Promise<RecordingFile>; readonly recipe: Recipe } | undefined;

const post = (message: FromMaker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

async function make(segment: number): Promise<void> {
  if (opened === undefined) return;
  let toldAtMs = performance.now();
  const { pictures } = await opened.file;
  const made = await makeSegment(pictures, segment, opened.recipe, (done, of) => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < TELL_EVERY_MS && done < of) return;
    toldAtMs = nowMs;
    post({ kind: 'slots', segment, done, of });
  });
  post(
    { kind: 'made', segment, made },
    made.parts.map((part) => part.bytes.buffer),
  );
}

self.onmessage = ({ data }: MessageEvent<ToMaker>): void => {
  if (data.kind === 'open') {
    const file = data.form === 'slice' ? openSlice(data.file) : openRecording(data.file);
    opened = { file, recipe: data.recipe };
    // Told with the first segment, which waits for it.
    opened.file.catch(() => undefined);
    return;
  }
  const { segment } = data;
  make(segment).catch((cause: unknown) => {
    const error = fileFailure(cause, 'segment_failed', 'The picture of this part of the file cannot be decoded.');
    post({ kind: 'failed', segment, error: error.toWire() });
  });
};
