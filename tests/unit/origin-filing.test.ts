import { expect, test } from '@playwright/test';
import { FilingQueue } from '../../src/origin/filing-queue.ts';
import type { JournalEntry } from '../../src/origin/journal.ts';
import { PartLedger } from '../../src/origin/part-ledger.ts';

/** A queue whose disk fails for what is in `failing`; `filed` is what it took, in order. */
function queue() {
  const filed: string[] = [];
  const errors: unknown[] = [];
  const failing = new Set<string>();
  let atWork = 0;
  const made = new FilingQueue({
    file: async (track, segment) => {
      expect(++atWork, 'one at a time').toBe(1);
      await Promise.resolve();
      atWork--;
      const name = `${track}/${segment}`;
      if (failing.has(name)) throw new Error(`no room for ${name}`);
      filed.push(name);
    },
    onError: (error) => errors.push(error),
  });
  return { queue: made, filed, errors, failing };
}

test('segments are filed one at a time and once, those that are added meanwhile too', async () => {
  const { queue: filing, filed } = queue();
  filing.add('v720', [0, 1]);
  filing.add('v720', [1]);
  filing.add('a128', [0]);
  await filing.rest();
  expect(filed).toEqual(['v720/0', 'v720/1', 'a128/0']);
});

test('a segment that cannot be filed now is tried again when the next one is complete', async () => {
  const { queue: filing, filed, errors, failing } = queue();
  failing.add('v720/0');
  filing.add('v720', [0, 1]);
  await filing.rest();
  expect(errors).toHaveLength(1);
  expect(filed).toEqual([]);
  failing.clear();
  filing.add('v720', []);
  await filing.rest();
  expect(filed).toEqual(['v720/0', 'v720/1']);
});

const entry = (track: string, part: number): JournalEntry => ({
  track,
  part,
  digest: Buffer.alloc(32),
  length: 1,
  place: { kind: 'pending', bytes: Buffer.of(part) },
});

test('a part is in the journal until its segment has a file, and stored all the while', () => {
  const parts = new PartLedger();
  for (const part of [0, 1, 2]) parts.add(entry('v720', part));
  expect(parts.entry('v720', 1)).toMatchObject({ part: 1 });
  parts.file('v720', { from: 0, to: 2 });
  expect(parts.entry('v720', 1)).toBeUndefined();
  expect(parts.allEntries().map(({ part }) => part)).toEqual([2]);
  expect(parts.stored('v720').toJSON()).toEqual([{ from: 0, to: 3 }]);
  expect(parts.durable('v720').toJSON()).toEqual([]);
});

test('what lies in a hole is let go of in every track, and is neither stored nor durable any more', () => {
  const parts = new PartLedger();
  for (const track of ['v720', 'a128']) for (const part of [4, 5, 6]) parts.add(entry(track, part));
  parts.durable('v720').addRange(4, 7);
  const dropped = parts.drop((part) => part >= 5);
  expect(dropped.map(({ track, part }) => `${track}/${part}`)).toEqual(['v720/5', 'v720/6', 'a128/5', 'a128/6']);
  for (const track of ['v720', 'a128']) expect(parts.stored(track).toJSON()).toEqual([{ from: 4, to: 5 }]);
  expect(parts.durable('v720').toJSON()).toEqual([{ from: 4, to: 5 }]);
  expect(parts.entry('a128', 5)).toBeUndefined();
});

test('a segment that turns out to be damaged is missing, stored and durable', () => {
  const parts = new PartLedger();
  parts.addFiled('v720', { from: 0, to: 200 });
  parts.lose('v720', { from: 100, to: 200 });
  expect(parts.stored('v720').toJSON()).toEqual([{ from: 0, to: 100 }]);
  expect(parts.durable('v720').toJSON()).toEqual([{ from: 0, to: 100 }]);
});
