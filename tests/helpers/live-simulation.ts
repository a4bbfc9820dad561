import { EarlyTicks } from '../../src/mapreduce/early-ticks.ts';
import { LiveBoard } from '../../src/mapreduce/live-board.ts';
import { type LiveRun, nextRun } from '../../src/mapreduce/live-run.ts';
import { Agenda } from './agenda.ts';
import { randomOf } from './random.ts';
import { type HelperSpeed, SimulatedHelper, type SimulatedWorld } from './simulated-helper.ts';

/** Stands still now and then, as a machine does that has too much to do: so often and so long on average. */
export interface Stalls {
  readonly everyMs: number;
  readonly forMs: number;
}

export interface LiveSimulationOptions {
  readonly minutes: number;
  readonly helpers: number;
  readonly roundTripMs: number;
  /** What each message takes longer, on average. */
  readonly jitterMs: number;
  readonly speed: HelperSpeed;
  readonly helperStalls?: Stalls;
  readonly originStalls?: Stalls;
  /** Whoever makes the newest part vanishes without a word; another comes a while later, and only then it is gone. */
  readonly kills?: { readonly everyMs: number; readonly nextAfterMs: number };
  readonly seed: number;
}

export interface LiveSimulationResult {
  readonly parts: number;
  /** Never made. */
  readonly lost: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly worstMs: number;
  readonly kills: number;
  /** Leases that passed from somebody who was there. */
  readonly falsePasses: number;
}

const PARTS = 100;
const PART_MS = 100;
const TURN_MS = 50;
/** Kills fall at ever other places of a segment. */
const GOLDEN = 0.618;

/** A live with helpers, by the product's own board, over lines and on machines that are made up. */
export function simulateLive(options: LiveSimulationOptions): LiveSimulationResult {
  const { minutes, roundTripMs, jitterMs, kills, seed } = options;
  const random = randomOf(seed);
  const agenda = new Agenda();
  const board = new LiveBoard(PARTS);
  const early = new EarlyTicks<number>();
  const helpers = new Map<string, SimulatedHelper>();
  const stored = new Map<number, number>();
  const followers: { segment: number; onPart: (part: number) => void }[] = [];
  const exponential = (mean: number): number => -Math.log(1 - random()) * mean;
  const stands = new Map<string, { untilMs: number; nextMs: number }>();
  let nowMs = 0;
  let sourcePart = 0;
  let run: LiveRun | undefined;
  let names = 0;
  let killed = 0;
  let falsePasses = 0;

  const standsUntil = (who: string, stalls: Stalls | undefined): number => {
    if (stalls === undefined) return nowMs;
    const stand = stands.get(who) ?? { untilMs: 0, nextMs: exponential(stalls.everyMs) };
    while (stand.nextMs <= nowMs) {
      stand.untilMs = stand.nextMs + exponential(stalls.forMs);
      stand.nextMs = stand.untilMs + exponential(stalls.everyMs);
    }
    stands.set(who, stand);
    return Math.max(nowMs, stand.untilMs);
  };
  /** What has come meanwhile is read after the timer that is due. */
  const atOrigin = (run: () => void): void => {
    const untilMs = standsUntil('the origin', options.originStalls);
    if (untilMs > nowMs) agenda.plan(untilMs + 1, () => atOrigin(run));
    else run();
  };
  const world: SimulatedWorld = {
    get nowMs() {
      return nowMs;
    },
    plan: (atMs, run) => agenda.plan(atMs, run),
    delayMs: () => roundTripMs / 2 + exponential(jitterMs),
    standsUntilMs: (helper) => standsUntil(helper, options.helperStalls),
    follow(name, segment, part, onPart) {
      atOrigin(() => {
        board.heard(name);
        for (let at = part; at < Math.min(sourcePart, (segment + 1) * PARTS); at++) onPart(at);
        followers.push({ segment, onPart });
      });
    },
    take(name, segment, parts, answer) {
      atOrigin(() => answer(taken(name, segment, parts)));
    },
  };
  const taken = (name: string, segment: number, parts: readonly number[]): boolean => {
    board.heard(name);
    for (const part of parts) {
      const lease = board.leaseOf(segment, name);
      if (lease === undefined) return false;
      const take = board.judge(name, segment, part);
      if (take === 'early') early.keep(lease, part, part);
      if (take === 'far') board.fail(name, nowMs);
      let due = take === 'own' ? part : undefined;
      while (due !== undefined) {
        stored.set(due, nowMs);
        board.took(segment, due, nowMs);
        early.stored(segment, due);
        due = early.get(lease, due + 1);
      }
    }
    return board.leaseOf(segment, name) !== undefined;
  };
  const turn = (): void => {
    const untilMs = standsUntil('the origin', options.originStalls);
    if (untilMs > nowMs) {
      agenda.plan(untilMs, turn);
      return;
    }
    const { orders, lost } = board.look({ nowMs, sourcePart, fromSegment: run?.fromSegment, endPart: undefined });
    for (const order of orders) {
      const helper = helpers.get(order.lease.holder);
      const isPassed = orders.some(({ kind, lease }) => kind === 'make' && lease.segment === order.lease.segment);
      if (order.kind === 'stop' && isPassed && helper?.isCut === false) falsePasses++;
      helper?.tell(order);
    }
    run = nextRun(run, { mediaNowMs: nowMs, isLive: true, ready: board.readyAt(nowMs), isBroken: lost.length > 0 });
    agenda.plan(nowMs + TURN_MS, turn);
  };
  const grow = (): void => {
    agenda.plan(nowMs + PART_MS, grow);
    atOrigin(() => {
      const part = sourcePart++;
      sourceMs.set(part, nowMs);
      for (const { segment, onPart } of followers) if (Math.floor(part / PARTS) === segment) onPart(part);
    });
  };
  const sourceMs = new Map<number, number>();
  const come = (): void => {
    const helper = new SimulatedHelper(`helper ${names++}`, world, options.speed);
    helpers.set(helper.name, helper);
    board.enter(helper.name);
  };
  const kill = (i: number): void => {
    if (kills === undefined) return;
    agenda.plan((i + 1) * kills.everyMs + PARTS * PART_MS * (((i + 1) * GOLDEN) % 1), () => kill(i + 1));
    const segment = Math.floor(sourcePart / PARTS);
    const lease = board.leases.find((one) => one.segment === segment);
    const maker = helpers.get(lease?.holder ?? '');
    if (maker === undefined || maker.isCut) return;
    killed++;
    maker.isCut = true;
    agenda.plan(nowMs + kills.nextAfterMs, () => {
      come();
      board.leave(maker.name);
      helpers.delete(maker.name);
    });
  };

  for (let i = 0; i < options.helpers; i++) come();
  agenda.plan(0, turn);
  agenda.plan(PART_MS, grow);
  agenda.plan(kills?.everyMs ?? Number.POSITIVE_INFINITY, () => kill(1));
  for (const endMs = minutes * 60_000; ; ) {
    const event = agenda.next();
    if (event === undefined || event.atMs > endMs) break;
    nowMs = event.atMs;
    event.run();
  }
  const wanted = [...sourceMs].filter(([part]) => part >= PARTS && part < sourcePart - 50);
  const lags = wanted
    .flatMap(([part, atMs]) => (stored.has(part) ? [(stored.get(part) ?? 0) - atMs] : []))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? Number.NaN;
  const lost = wanted.length - lags.length;
  return { parts: wanted.length, lost, p50Ms: at(0.5), p95Ms: at(0.95), worstMs: at(1), kills: killed, falsePasses };
}
