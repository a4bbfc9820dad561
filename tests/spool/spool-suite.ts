import type { Part } from '../../src/protocol/part.ts';
import type { Spool } from '../../src/spool/spool.ts';

/** What every spool promises, without a test runner: the same claims are run in Node and in a browser's worker. */
export interface SpoolClaim {
  readonly claim: string;
  readonly run: (open: (budgetBytes: number) => Promise<Spool>) => Promise<void>;
}

export const ROOMY_BYTES = 10_000_000;

/** Bytes that differ from part to part, with their true digest. */
export async function partOf(track: string, part: number, length = 1000): Promise<Part> {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + part * 31 + track.length) & 0xff);
  return { track, part, bytes, digest: new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) };
}

function demand(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

export const keptNames = (spool: Spool): string =>
  [...spool.kept()]
    .flatMap(([track, parts]) => (parts.length === 0 ? [] : [`${track}:${parts.join()}`]))
    .toSorted()
    .join(' ');

function demandKept(spool: Spool, expected: string): void {
  demand(keptNames(spool) === expected, `kept is "${keptNames(spool)}", not "${expected}"`);
}

export async function demandSame(spool: Spool, part: Part): Promise<void> {
  const found = await spool.get(part);
  const isSame =
    found !== undefined && found.bytes.join() === part.bytes.join() && found.digest.join() === part.digest.join();
  demand(isSame, `${part.track}/${part.part} came back ${found === undefined ? 'not at all' : 'changed'}`);
}

export const SPOOL_CLAIMS: readonly SpoolClaim[] = [
  {
    claim: 'what is put comes back as it was, by name',
    async run(open) {
      const spool = await open(ROOMY_BYTES);
      for (const part of [0, 1, 99, 100, 250])
        for (const track of ['v720', 'a128']) await spool.put(await partOf(track, part, 500 + part));
      demandKept(spool, 'a128:0,1,99,100,250 v720:0,1,99,100,250');
      await demandSame(spool, await partOf('v720', 99, 599));
      await demandSame(spool, await partOf('a128', 250, 750));
      demand((await spool.get({ track: 'v720', part: 2 })) === undefined, 'a part came back that was never put');
      demand(spool.keptBytes() === 2 * (500 + 501 + 599 + 600 + 750), `keptBytes is ${spool.keptBytes()}`);
      await spool.close();
    },
  },
  {
    claim: 'TICK5 only what is durable is forgotten',
    async run(open) {
      const spool = await open(ROOMY_BYTES);
      for (let part = 95; part < 105; part++)
        for (const track of ['v720', 'a128']) await spool.put(await partOf(track, part));
      await spool.forget({ v720: [{ from: 0, to: 102 }], v480: [{ from: 0, to: 500 }] });
      demandKept(spool, 'a128:95,96,97,98,99,100,101,102,103,104 v720:102,103,104');
      demand((await spool.get({ track: 'v720', part: 101 })) === undefined, 'a forgotten part came back');
      await demandSame(spool, await partOf('a128', 95));
      await spool.forget({ v720: [{ from: 0, to: 200 }], a128: [{ from: 0, to: 200 }] });
      demandKept(spool, '');
      demand(spool.keptBytes() === 0, `keptBytes is ${spool.keptBytes()}`);
      await spool.close();
    },
  },
  {
    claim: 'the same name again replaces',
    async run(open) {
      const spool = await open(ROOMY_BYTES);
      await spool.put(await partOf('v720', 3, 1000));
      await spool.put(await partOf('v720', 3, 400));
      await demandSame(spool, await partOf('v720', 3, 400));
      demand(spool.keptBytes() === 400, `keptBytes is ${spool.keptBytes()}`);
      await spool.close();
    },
  },
  {
    claim: 'a full spool says so, loses nothing, and takes more once older groups are durable',
    async run(open) {
      const spool = await open(5500);
      for (const part of [0, 1, 100, 101]) await spool.put(await partOf('v720', part));
      await spool.put(await partOf('v720', 200));
      const refusal = await spool.put(await partOf('v720', 201)).catch((error: { code?: string }) => error.code);
      demand(refusal === 'spool_full', `a part over the budget was answered ${String(refusal)}`);
      demandKept(spool, 'v720:0,1,100,101,200');
      await demandSame(spool, await partOf('v720', 0));
      await spool.forget({ v720: [{ from: 0, to: 2 }] });
      await spool.put(await partOf('v720', 201));
      await demandSame(spool, await partOf('v720', 201));
      await spool.close();
    },
  },
  {
    claim: 'a full spool has room again for what one rendition of a segment took, once it is given up',
    async run(open) {
      const spool = await open(5500);
      for (const part of [0, 1, 100]) await spool.put(await partOf('v720', part));
      for (const part of [0, 100]) await spool.put(await partOf('a128', part));
      const refusal = await spool.put(await partOf('v720', 101)).catch((error: { code?: string }) => error.code);
      demand(refusal === 'spool_full', `a part over the budget was answered ${String(refusal)}`);
      await spool.giveUp('v720', 0);
      const gone = [...spool.givenUp()].map(([segment, tracks]) => `${segment}:${[...tracks].join()}`).join(' ');
      demand(gone === '0:v720', `given up is "${gone}"`);
      await spool.put(await partOf('v720', 101));
      demandKept(spool, 'a128:0,100 v720:100,101');
      await demandSame(spool, await partOf('a128', 0));
      demand(spool.keptBytes() === 4000, `keptBytes is ${spool.keptBytes()}`);
      await spool.close();
    },
  },
];
