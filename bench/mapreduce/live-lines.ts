import { type LiveSimulationOptions, simulateLive } from '../../tests/helpers/live-simulation.ts';
import type { Cell } from '../shared/report.ts';

const ROUND_TRIPS_MS = [0, 80, 130, 200, 300, 400];
const SEEDS = [1, 2, 3, 4, 5];
const MINUTES = 10;

type Conditions = Pick<LiveSimulationOptions, 'jitterMs' | 'speed' | 'helperStalls' | 'originStalls' | 'kills'>;

const GOOD: Conditions = { jitterMs: 3, speed: { decodeMs: 6, encodeMs: 14, openMs: 150 } };
const BUSY: Conditions = { jitterMs: 10, speed: { decodeMs: 25, encodeMs: 45, openMs: 600 } };
const STANDING = { everyMs: 3000, forMs: 200 };
const ORIGIN_STANDING = { everyMs: 5000, forMs: 300 };

/** Milliseconds a part, and how often and how long a machine stands still, on average. */
const CASES: Readonly<Record<string, Conditions>> = {
  'good machines, nobody dies': GOOD,
  'good machines, killed silently every 20 s': { ...GOOD, kills: { everyMs: 20_000, nextAfterMs: 4000 } },
  'the origin stands still': { ...GOOD, originStalls: ORIGIN_STANDING },
  'helpers at 70 % stand still, killed': {
    ...BUSY,
    helperStalls: STANDING,
    kills: { everyMs: 20_000, nextAfterMs: 8000 },
  },
  'both stand still, killed': {
    ...BUSY,
    helperStalls: { ...STANDING, forMs: 300 },
    originStalls: ORIGIN_STANDING,
    kills: { everyMs: 20_000, nextAfterMs: 8000 },
  },
};

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Two helpers of a live, simulated: what a line's length and a machine's standing still do to it. */
export function liveOverLines(): Record<string, Cell>[] {
  return Object.entries(CASES).flatMap(([name, conditions]) =>
    ROUND_TRIPS_MS.map((roundTripMs) => {
      const rounds = SEEDS.map((seed) =>
        simulateLive({ minutes: MINUTES, helpers: 2, roundTripMs, seed, ...conditions }),
      );
      const mean = (of: keyof (typeof rounds)[number]): number => meanOf(rounds.map((round) => round[of]));
      return {
        conditions: name,
        'round trip, ms': roundTripMs,
        'lost %': (100 * mean('lost')) / mean('parts'),
        'p50, ms': mean('p50Ms'),
        'p95, ms': mean('p95Ms'),
        'worst, ms': mean('worstMs'),
        'taken for silent in 10 min': mean('falsePasses'),
      };
    }),
  );
}
