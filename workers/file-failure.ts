import { StageError } from '../src/protocol/errors.ts';

/** What the browser says when a file is not any more what was chosen. */
const GONE: readonly string[] = ['NotReadableError', 'NotFoundError'];

/** What went wrong while a file was read: with the sentence given, unless the file itself is gone. */
export function fileFailure(cause: unknown, code: string, sentence: string): StageError {
  if (cause instanceof StageError) return cause;
  const isGone = cause instanceof DOMException && GONE.includes(cause.name);
  return isGone ? changedFile(cause) : new StageError('capture', code, sentence, { cause });
}

const changedFile = (cause: unknown): StageError =>
  new StageError(
    'capture',
    'file_changed',
    'The file was changed, moved or deleted while it was read. Put it back as it was and open the studio again to go on, or upload it anew.',
    { cause },
  );
