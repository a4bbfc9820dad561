import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { diskFiles, type FileSystem } from '../../src/origin/file-system.ts';
import { Journal, type JournalEntry } from '../../src/origin/journal.ts';

const entryOf = (part: number, text: string): JournalEntry => {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest();
  return { track: 'v360', part, digest, length: bytes.length, place: { kind: 'pending', bytes } };
};

test('P1 a journal file that is being created is not taken for one that nobody needs', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tabcast-journal-'));
  let openGate = (): void => {};
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  let arrived = (): void => {};
  const isSyncing = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const files: FileSystem = {
    ...diskFiles,
    async syncDirectory(folder) {
      arrived();
      await gate;
      await diskFiles.syncDirectory(folder);
    },
  };
  const { journal } = await Journal.open(files, directory, () => {});
  const entry = entryOf(0, 'the first part');
  expect(journal.append(entry)).toBe('stored');
  await isSyncing;
  // A segment of another track becomes a file at this moment, and the journal looks for what can go.
  await journal.release([], false);
  openGate();
  expect(await journal.sync()).toBe('ok');
  expect((await journal.read(entry)).toString()).toBe('the first part');
  await journal.close();

  const again = await Journal.open(diskFiles, directory, () => {});
  expect(again.found.map(({ track, part }) => `${track}/${part}`)).toEqual(['v360/0']);
  await again.journal.close();
  await rm(directory, { recursive: true });
});
