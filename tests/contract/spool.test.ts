import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { diskBudgetBytes, spoolRoomMs } from '../../src/spool/budget.ts';
import { MemorySpool } from '../../src/spool/memory-spool.ts';
import { OpfsSpool } from '../../src/spool/opfs-spool.ts';
import { until } from '../helpers/until.ts';
import { demandSame, keptNames, partOf, ROOMY_BYTES, SPOOL_CLAIMS } from '../spool/spool-suite.ts';
import { MemoryFolder } from './spool-memory-files.ts';

const digestOf = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
const openLog = (folder: MemoryFolder, budgetBytes = ROOMY_BYTES) =>
  OpfsSpool.open({ folder, partsPerSegment: 100, budgetBytes, digestOf });

for (const { claim, run } of SPOOL_CLAIMS) {
  test(`memory: ${claim}`, () => run(async (budgetBytes) => new MemorySpool(100, budgetBytes)));
  test(`log: ${claim}`, () => run((budgetBytes) => openLog(new MemoryFolder(), budgetBytes)));
}

async function filled(folder: MemoryFolder): Promise<OpfsSpool> {
  const spool = await openLog(folder);
  for (const part of [98, 99, 100, 101])
    for (const track of ['v720', 'a128']) await spool.put(await partOf(track, part));
  return spool;
}

test('a tab that comes back after a crash finds everything that was put', async () => {
  const folder = new MemoryFolder();
  await filled(folder);
  folder.crash();
  const again = await openLog(folder);
  expect(keptNames(again)).toBe('a128:98,99,100,101 v720:98,99,100,101');
  for (const part of [98, 101]) await demandSame(again, await partOf('v720', part));
  await again.put(await partOf('v720', 102));
  await demandSame(again, await partOf('v720', 102));
});

test('cut anywhere, or with one byte changed, a file gives back the whole records before that and nothing else', async () => {
  const folder = new MemoryFolder();
  await filled(folder);
  const whole = folder.files.get('1.log') ?? new Uint8Array();
  const names = ['v720:100', 'a128:100', 'v720:101', 'a128:101'];
  const recordBytes = whole.length / names.length;
  const damage = fc.record({ at: fc.nat(whole.length - 1), kind: fc.constantFrom('torn', 'flipped') });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, kind }) => {
      const torn = new MemoryFolder();
      const bytes = kind === 'torn' ? whole.slice(0, at) : whole.slice();
      if (kind === 'flipped') bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      torn.files.set('1.log', bytes);
      const spool = await openLog(torn);
      const survivors = names.slice(0, Math.floor(at / recordBytes));
      const found = [...spool.kept()].flatMap(([track, parts]) => parts.map((part) => `${track}:${part}`));
      expect(found.toSorted()).toEqual(survivors.toSorted());
      expect(torn.files.get('1.log')).toHaveLength(survivors.length * recordBytes);
      await spool.put(await partOf('v720', 150));
      await spool.close();
      const again = await openLog(torn);
      await demandSame(again, await partOf('v720', 150));
    }),
    { numRuns: 150 },
  );
});

test('the disk is full before the budget is: the part is refused, the log stays whole', async () => {
  const folder = new MemoryFolder();
  folder.capacity = 2500;
  const spool = await openLog(folder);
  for (const part of [0, 1]) await spool.put(await partOf('v720', part));
  const refusal: unknown = await spool.put(await partOf('v720', 2)).catch((cause: unknown) => cause);
  expect(refusal).toMatchObject({
    code: 'spool_full',
    message: expect.stringMatching(/holds 0\.0 MB\. Free some space/),
  });
  expect(String(refusal), 'the line is not to blame').not.toMatch(/connection|network/i);
  await spool.put(await partOf('v720', 3, 100));
  folder.crash();
  expect(keptNames(await openLog(folder))).toBe('v720:0,1,3');
});

test('space comes back: a file goes once all of it is durable and a newer one is there', async () => {
  const folder = new MemoryFolder();
  const spool = await filled(folder);
  await spool.forget({ v720: [{ from: 0, to: 200 }] });
  expect([...folder.files.keys()].toSorted()).toEqual(['0.log', '1.log']);
  await spool.forget({ a128: [{ from: 0, to: 200 }] });
  expect([...folder.files.keys()]).toEqual(['1.log']);
});

test('the file of the next segment is open before its first part comes, and no file goes while it is written to', async () => {
  const folder = new MemoryFolder();
  const spool = await openLog(folder);
  await spool.put(await partOf('v720', 50));
  await until(() => [...folder.files.keys()].toSorted()).toEqual(['0.log', '1.log']);
  await spool.forget({ v720: [{ from: 0, to: 51 }] });
  expect([...folder.files.keys()].toSorted()).toEqual(['0.log', '1.log']);
  await spool.put(await partOf('v720', 100));
  await spool.forget({});
  expect([...folder.files.keys()]).toEqual(['1.log']);
});

test('what is given up gives its room back at once, and a crash between the copy and its original loses nothing', async () => {
  const folder = new MemoryFolder();
  const spool = await filled(folder);
  await spool.put(await partOf('a128', 200));
  const before = folder.files.get('1.log')?.slice() ?? new Uint8Array();
  await spool.giveUp('v720', 1);
  const logs = (): string[] => [...folder.files.keys()].filter((name) => name.endsWith('.log')).toSorted();
  expect(logs()).toEqual(['0.log', '1-1.log', '2.log']);
  expect(folder.files.get('1-1.log')).toHaveLength(before.length / 2);
  folder.crash();
  const again = await openLog(folder);
  expect(keptNames(again)).toBe('a128:98,99,100,101,200 v720:98,99');
  await demandSame(again, await partOf('a128', 101));
  await again.close();
  folder.files.delete('1-v720.gone');
  folder.files.set('1.log', before);
  folder.files.set('1-1.log', before.slice(0, 50));
  const torn = await openLog(folder);
  expect(keptNames(torn)).toBe('a128:98,99,100,101,200 v720:98,99,100,101');
  expect(logs()).toEqual(['0.log', '1.log', '2.log']);
});

test('without room for the copy nothing changes in the file, and a segment of which all is given up goes whole', async () => {
  const folder = new MemoryFolder();
  const spool = await filled(folder);
  await spool.put(await partOf('a128', 200));
  folder.capacity = [...folder.files.values()].reduce((sum, file) => sum + file.length, 0);
  await spool.giveUp('v720', 1);
  expect([...folder.files.keys()].toSorted()).toEqual(['0.log', '1-v720.gone', '1.log', '2.log']);
  await demandSame(spool, await partOf('a128', 101));
  await spool.giveUp('a128', 1);
  expect([...folder.files.keys()].toSorted()).toEqual(['0.log', '1-a128.gone', '1-v720.gone', '2.log']);
});

test('what was given up is known after a crash, and does not come back from a log that had no room for its copy', async () => {
  const folder = new MemoryFolder();
  const spool = await filled(folder);
  await spool.put(await partOf('a128', 200));
  folder.capacity = [...folder.files.values()].reduce((sum, file) => sum + file.length, 0);
  await spool.giveUp('v720', 1);
  folder.crash();
  const again = await openLog(folder);
  expect(keptNames(again)).toBe('a128:98,99,100,101,200 v720:98,99');
  expect(again.givenUp()).toEqual(new Map([[1, new Set(['v720'])]]));
});

test('a disk without room for the note gets it with the next one', async () => {
  const folder = new MemoryFolder();
  const spool = await filled(folder);
  await spool.put(await partOf('v720', 200));
  folder.refuses = (name) => name.endsWith('.gone');
  await spool.giveUp('v720', 0);
  expect(spool.givenUp()).toEqual(new Map([[0, new Set(['v720'])]]));
  folder.refuses = () => false;
  await spool.giveUp('v720', 1);
  folder.crash();
  const gone = new Set(['v720']);
  expect((await openLog(folder)).givenUp()).toEqual(
    new Map([
      [0, gone],
      [1, gone],
    ]),
  );
});

test('a second tab cannot open the files of the first, and leaves nothing open when it tried', async () => {
  const folder = new MemoryFolder();
  const first = await filled(folder);
  await expect(openLog(folder)).rejects.toThrow('open elsewhere');
  await first.close();
  await (await openLog(folder)).close();
});

test('a file that is not ours is left alone', async () => {
  const folder = new MemoryFolder();
  folder.files.set('notes.txt', new Uint8Array(10));
  await openLog(folder);
  expect(folder.files.get('notes.txt')).toHaveLength(10);
});

test('the budget is a share of what is free, bounded, and nothing when the browser does not say', () => {
  expect(diskBudgetBytes({ quota: 1_000_000, usage: 500_000 })).toBe(300_000);
  expect(diskBudgetBytes({ quota: 1e15, usage: 0 })).toBe(4 * 1024 ** 3);
  expect(diskBudgetBytes({ quota: 10, usage: 20 })).toBe(0);
  expect(diskBudgetBytes({})).toBe(0);
  expect(spoolRoomMs(1_000_000, 4_000_000)).toBe(2_000);
  expect(spoolRoomMs(-5, 4_000_000)).toBe(0);
});
