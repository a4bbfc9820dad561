import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { PositionStore } from '../../src/accounts/position-store.ts';
import type { AccountDatabase } from '../../src/accounts/tables.ts';
import { openDatabase } from '../../src/origin/database.ts';
import { newest } from '../../src/positions/merge.ts';
import { StampMemory } from '../../src/positions/stamp-memory.ts';
import type { Hlc, Position } from '../../src/protocol/positions.ts';
import { type Answer, ModelDevice } from './positions-model.ts';

const START_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3600_000;
const BROADCASTS = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'] as const;
/** More than clock estimates are wrong by: nobody watches on two devices within the same blink. */
const APART_MS = 1000;

const who = fc.record({ device: fc.nat(2), tab: fc.nat(1), broadcast: fc.nat(1) });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('watch' as const), who, mediaMs: fc.integer({ min: 0, max: 3_600_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), who }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), device: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      which: fc.nat(),
      isDoubled: fc.boolean(),
      isAnswerLost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('line' as const), device: fc.nat(2), isOnline: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), device: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 6 * HOUR_MS }) }),
  },
);
const skew = fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS });

/** The origin's half: clamped stamps, and the newest of each broadcast. */
interface Holder {
  write(position: Position): Promise<Position>;
  all(): Promise<readonly Position[]>;
}

function memoryHolder(): Holder {
  const held = new Map<string, Position>();
  return {
    write: async (position) => {
      const before = held.get(position.broadcastId);
      const now = before === undefined ? position : newest(before, position);
      held.set(position.broadcastId, now);
      return now;
    },
    all: async () => [...held.values()],
  };
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays a history of three devices, lets everybody come online at last, and returns what each of them holds. */
async function play(steps: readonly Step[], skews: readonly number[], holder: Holder) {
  let nowMs = START_MS;
  const devices = skews.map((skewMs, i) => new ModelDevice('abc'.charAt(i), skewMs));
  const isOnline = devices.map(() => true);
  const onTheWay: { from: number; position: Position }[] = [];
  const last = new Map<string, number | 'cleared'>();
  const memory = new StampMemory();

  const arrive = async (position: Position): Promise<Answer> => {
    const hlc = memory.stamp(`${position.broadcastId} ${position.device.id}`, position.hlc, nowMs);
    const written = { ...position, hlc };
    const now = await holder.write(written);
    const isStored = now.hlc === hlc && now.device.tab === position.device.tab && now.device.id === position.device.id;
    return { sent: position, outcome: { outcome: isStored ? 'stored' : 'older', position: now }, serverTimeMs: nowMs };
  };
  const look = async (i: number) => devices[i]?.synced(await holder.all(), nowMs, nowMs);
  const takeOne = (which: number) => onTheWay.splice(which % Math.max(1, onTheWay.length), 1)[0];

  for (const one of steps) {
    nowMs += APART_MS;
    if (one.kind === 'watch') {
      const broadcast = BROADCASTS[one.who.broadcast] ?? '';
      devices[one.who.device]?.watch(broadcast, one.mediaMs, one.who.tab, nowMs);
      last.set(broadcast, one.mediaMs);
    } else if (one.kind === 'clear') {
      const broadcast = BROADCASTS[one.who.broadcast] ?? '';
      if (devices[one.who.device]?.store.has(broadcast) !== true) continue;
      devices[one.who.device]?.clear(broadcast, one.who.tab, nowMs);
      last.set(broadcast, 'cleared');
    } else if (one.kind === 'send' && isOnline[one.device] === true)
      for (const position of devices[one.device]?.unsent() ?? []) onTheWay.push({ from: one.device, position });
    else if (one.kind === 'deliver') {
      const message = takeOne(one.which);
      if (message === undefined) continue;
      const answer = await arrive(message.position);
      if (one.isDoubled) onTheWay.push(message);
      if (!one.isAnswerLost && isOnline[message.from] === true) devices[message.from]?.answered(answer, nowMs);
    } else if (one.kind === 'lose') takeOne(one.which);
    else if (one.kind === 'line') isOnline[one.device] = one.isOnline;
    else if (one.kind === 'look' && isOnline[one.device] === true) await look(one.device);
    else if (one.kind === 'wait') nowMs += one.ms;
  }
  // What was held up on the way arrives at last, after everything else was written.
  for (const i of devices.keys()) await look(i);
  for (const device of devices) for (const position of device.unsent()) device.answered(await arrive(position), nowMs);
  for (const { position } of onTheWay) await arrive(position);
  for (const i of devices.keys()) await look(i);
  return { devices, last, held: await holder.all() };
}

async function expectConverged(steps: readonly Step[], skews: readonly number[], holder: Holder): Promise<void> {
  const { devices, last, held } = await play(steps, skews, holder);
  for (const [broadcast, expected] of last) {
    const origin = held.find(({ broadcastId }) => broadcastId === broadcast);
    expect(origin?.state === 'cleared' ? 'cleared' : origin?.mediaMs).toBe(expected);
    for (const device of devices) expect(device.store.get(broadcast)?.position).toEqual(origin);
  }
}

test('POSITION P9: three devices of two tabs, writes lost, doubled and out of order, offline, clocks two hours off: all end at the last watched moment, and cleared stays cleared', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.tuple(skew, skew, skew), (steps, skews) =>
      expectConverged(steps, skews, memoryHolder()),
    ),
    { numRuns: 1500 },
  );
});

test('POSITION P9: the same against the real table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.tuple(skew, skew, skew), async (steps, skews) => {
      const db = (await openDatabase(':memory:')) as unknown as AccountDatabase;
      try {
        const account = {
          id: 'personpersonpers',
          username: 'Ada',
          username_key: 'ada',
          password_hash: '',
          role: 'viewer',
        };
        const rest = { is_history_paused: 0, cleared_hlc: 0, created_ms: 0 };
        await db
          .insertInto('account')
          .values({ ...account, ...rest })
          .execute();
        const store = new PositionStore(db, 0);
        await expectConverged(steps, skews, {
          write: async (position) => {
            const written = store.write(account.id, position);
            await store.flush();
            return (await written).position;
          },
          all: () => store.of(account.id),
        });
      } finally {
        await db.destroy();
      }
    }),
    { numRuns: 40 },
  );
});

test('POSITION4: merging is associative, commutative and idempotent', () => {
  const position = fc.record({
    hlc: fc.integer({ min: 0, max: 3 }).map((n) => n as Hlc),
    device: fc.record({ id: fc.constantFrom('a', 'b'), name: fc.constant(''), tab: fc.constantFrom('x', 'y') }),
  });
  fc.assert(
    fc.property(position, position, position, (a, b, c) => {
      const key = (p: typeof a) => `${p.hlc} ${p.device.id} ${p.device.tab}`;
      expect(key(newest(a, newest(b, c)))).toBe(key(newest(newest(a, b), c)));
      expect(key(newest(a, b))).toBe(key(newest(b, a)));
      expect(newest(a, a)).toBe(a);
    }),
  );
});

test('POSITION5: a write from a clock that is ahead comes again later and is given no later stamp', () => {
  const memory = new StampMemory();
  const claimed = ((START_MS + 2 * HOUR_MS) * 1024) as Hlc;
  const first = memory.stamp('a', claimed, START_MS);
  expect(first).toBe((START_MS + 30_000) * 1024);
  expect(memory.stamp('a', claimed, START_MS + 60_000)).toBe(first);
  expect(memory.stamp('a', (claimed - 1) as Hlc, START_MS + 60_000)).toBeLessThan(first);
  expect(memory.stamp('b', claimed, START_MS + 60_000)).toBeGreaterThan(first);
});
