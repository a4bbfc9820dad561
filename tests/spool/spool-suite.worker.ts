import { OpfsSpool } from '../../src/spool/opfs-spool.ts';
import { openOpfsFolder, removeOpfsFolder } from '../../workers/opfs-folder.ts';
import { partOf, SPOOL_CLAIMS } from './spool-suite.ts';

/** What the worker found: claims that did not hold, and what one append takes. */
export interface SpoolVerdict {
  readonly failures: readonly string[];
  readonly passed: number;
  readonly appendMsP50: number;
  readonly appendMsP99: number;
  readonly appendMsMax: number;
  readonly flushMsP50: number;
}

const digestOf = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

async function inFreshFolder<T>(work: (open: (budgetBytes: number) => Promise<OpfsSpool>) => Promise<T>): Promise<T> {
  const folder = await openOpfsFolder('contract');
  try {
    return await work((budgetBytes) => OpfsSpool.open({ folder, partsPerSegment: 100, budgetBytes, digestOf }));
  } finally {
    await removeOpfsFolder('contract');
  }
}

async function survivesClose(): Promise<void> {
  await inFreshFolder(async (open) => {
    const first = await open(1e8);
    await first.put(await partOf('v720', 7));
    const isShut = await open(1e8).then(
      () => false,
      () => true,
    );
    if (!isShut) throw new Error('two owners of one file');
    await first.close();
    const again = await open(1e8);
    if ((await again.get({ track: 'v720', part: 7 })) === undefined) throw new Error('the part is gone');
    await again.close();
  });
}

/** Two minutes of three renditions and sound: 4.5 Mb/s. */
async function measure(): Promise<{ appends: number[]; flushes: number[] }> {
  const appends: number[] = [];
  const flushes: number[] = [];
  await inFreshFolder(async (open) => {
    const spool = await open(1e9);
    for (let part = 0; part < 1200; part++) {
      for (const [track, length] of [
        ['v720', 31_000],
        ['v480', 15_000],
        ['v360', 8_700],
        ['a128', 1_700],
      ] as const) {
        const one = await partOf(track, part, length);
        const before = performance.now();
        await spool.put(one);
        appends.push(performance.now() - before);
      }
      if (part % 10 !== 9) continue;
      const before = performance.now();
      spool.flush();
      flushes.push(performance.now() - before);
      await spool.forget({
        v720: [{ from: 0, to: part }],
        v480: [{ from: 0, to: part }],
        v360: [{ from: 0, to: part }],
        a128: [{ from: 0, to: part }],
      });
    }
    await spool.close();
  });
  return { appends, flushes };
}

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;

async function judge(): Promise<SpoolVerdict> {
  const failures: string[] = [];
  const claims = [
    ...SPOOL_CLAIMS.map(({ claim, run }) => [claim, () => inFreshFolder(run)] as const),
    ['a file has one owner, and is there for the next', survivesClose] as const,
  ];
  for (const [claim, run] of claims) {
    try {
      await run();
    } catch (error) {
      failures.push(`${claim}: ${String(error)}`);
    }
  }
  const { appends, flushes } = await measure();
  return {
    failures,
    passed: claims.length - failures.length,
    appendMsP50: quantile(appends, 0.5),
    appendMsP99: quantile(appends, 0.99),
    appendMsMax: quantile(appends, 1),
    flushMsP50: quantile(flushes, 0.5),
  };
}

judge().then(
  (verdict) => postMessage(verdict),
  (error: unknown) => postMessage({ failures: [String(error)] }),
);
