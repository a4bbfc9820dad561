import { JobBoard } from '../../src/mapreduce/job-board.ts';
import { batchSize, LEASE_POLICY, offersWanted } from '../../src/mapreduce/policy.ts';
import { Agenda } from '../../tests/helpers/agenda.ts';
import { randomOf } from '../../tests/helpers/random.ts';

export interface SimulationOptions {
  readonly segments: number;
  readonly helpers: number;
  /** What a segment takes a helper of usual speed, measured. */
  readonly serviceMs: number;
  readonly roundTripMs: number;
  /**
   * What the creator's tab needs for each segment, one after the other: its source to the origin, and the look at what
   * comes back. 0 when every helper has the file.
   */
  readonly creatorMs: number;
  /** How long a helper stays on average before it vanishes without a word; another comes in its place. */
  readonly lifeMs: number;
  readonly seed: number;
}

export interface SimulationResult {
  readonly makespanMs: number;
  /** All the work divided by all the helpers, with nothing lost. */
  readonly idealMs: number;
  /** Of all the work that was done, what nobody needed: second copies, and what died half way. */
  readonly wastedShare: number;
  /** Leases, words of progress, results: at the busiest second and on average. */
  readonly requestsPerSecond: number;
  readonly busiestSecond: number;
  readonly deaths: number;
}

const PROGRESS_EVERY_MS = 1_000;
const ASK_AGAIN_MS = 2_000;
const NEXT_HELPER_MS = 10_000;

/** The product's own board and batch rule, with helpers that differ in speed by a factor of four and die at random. */
export function simulate(options: SimulationOptions): SimulationResult {
  const { segments, helpers, serviceMs, roundTripMs, creatorMs, lifeMs, seed } = options;
  const random = randomOf(seed);
  const agenda = new Agenda();
  const everything = Array.from({ length: segments }, (_, i) => i);
  const board = JobBoard.of('simulation', [], creatorMs === 0 ? everything : []);
  let offered = creatorMs === 0 ? segments : 0;
  let done = 0;
  const isComplete = (): boolean => done === segments;
  const perSecond = new Map<number, number>();
  let nowMs = 0;
  let names = 0;
  let worked = 0;
  let useful = 0;
  let deaths = 0;
  let speeds = 0;
  const ask = (): void => {
    const second = Math.floor(nowMs / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  };

  const arrive = (): void => {
    const name = `helper ${names++}`;
    const takesMs = serviceMs * 2 ** (2 * random() - 1);
    speeds += serviceMs / takesMs / helpers;
    const diesAtMs = nowMs - Math.log(1 - random()) * lifeMs;
    const held: { id: number; segment: number }[] = [];
    const fetch = (): void => {
      ask();
      const wanted = batchSize({ roundTripMs, serviceMs: takesMs, waiting: board.waiting, helpers });
      while (held.length < wanted) {
        board.expire(nowMs);
        const lease = board.lend(name, nowMs);
        if (lease === undefined) break;
        held.push(lease);
      }
    };
    const work = (): void => {
      if (isComplete()) return;
      if (held.length === 0) fetch();
      const job = held[0];
      const startedMs = nowMs;
      if (nowMs >= diesAtMs) {
        die();
        return;
      }
      if (job === undefined) {
        agenda.plan(nowMs + ASK_AGAIN_MS, work);
        return;
      }
      const readyMs = nowMs + takesMs;
      const speak = (): void => {
        if (nowMs >= diesAtMs || nowMs >= readyMs) return;
        ask();
        for (const { id } of held) board.progress(id, (nowMs - startedMs) / takesMs, nowMs);
        agenda.plan(nowMs + PROGRESS_EVERY_MS, speak);
      };
      agenda.plan(nowMs + PROGRESS_EVERY_MS, speak);
      if (diesAtMs < readyMs) {
        worked += diesAtMs - nowMs;
        agenda.plan(diesAtMs, die);
        return;
      }
      agenda.plan(readyMs + (held.length > 1 ? 0 : roundTripMs), () => {
        ask();
        worked += takesMs;
        held.shift();
        if (board.finish(job.segment, name, nowMs) === 'first') {
          useful += takesMs;
          done++;
        }
        work();
      });
    };
    const die = (): void => {
      deaths++;
      agenda.plan(nowMs + NEXT_HELPER_MS, arrive);
    };
    work();
  };
  /** The tab offers as much as the origin wants, by the product's own rule. */
  const offer = (): void => {
    const wanted = offersWanted({ helpers, open: offered - done });
    if (offered === segments) return;
    if (wanted > 0) {
      ask();
      board.add(offered++);
    }
    agenda.plan(nowMs + (wanted > 0 ? creatorMs : ASK_AGAIN_MS / 2), offer);
  };
  if (creatorMs > 0) agenda.plan(creatorMs, offer);
  for (let i = 0; i < helpers; i++) agenda.plan(i * 10, arrive);
  while (!isComplete()) {
    const event = agenda.next();
    if (event === undefined) break;
    nowMs = event.atMs;
    event.run();
  }
  const requests = [...perSecond.values()].reduce((sum, count) => sum + count, 0);
  const meanSpeed = (speeds * helpers) / names;
  return {
    makespanMs: nowMs,
    idealMs: (segments * serviceMs) / (helpers * meanSpeed),
    wastedShare: worked === 0 ? 0 : 1 - useful / worked,
    requestsPerSecond: requests / (nowMs / 1000),
    busiestSecond: Math.max(0, ...perSecond.values()),
    deaths,
  };
}

export const LEASE_SECONDS = LEASE_POLICY.leaseMs / 1000;
