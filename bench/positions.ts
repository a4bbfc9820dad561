import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hlcOf } from '../src/positions/hlc.ts';
import type { Position } from '../src/protocol/positions.ts';
import { api } from '../src/protocol/urls.ts';
import { startOrigin } from '../tests/helpers/origin.ts';
import { publish } from '../tests/helpers/publisher.ts';
import { cpuSecondsOf } from './origin/cpu.ts';
import { fire, type Shot, type Volley } from './positions/load.ts';
import { seedSessions } from './positions/people.ts';
import { percentile, printTable, writeResult } from './shared/report.ts';

const HELP = `What the positions of many viewers cost the origin, beside as many GET /healthz.
  --viewers N   people who watch; each writes every 15 s (10000)
  --seconds N   length of each run (15)
  --rounds N    runs of each kind, in turn (3)`;

const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});

const WRITE_EVERY_S = 15;
const MEDIA_SECONDS = 30;

function positionShot(broadcastId: string, cookies: readonly string[], n: number): Shot {
  const viewer = n % cookies.length;
  const position: Position = {
    broadcastId,
    state: 'watching',
    mediaMs: (n * 37) % (MEDIA_SECONDS * 1000),
    durationMs: MEDIA_SECONDS * 1000,
    wallMs: Date.now(),
    isAtEdge: false,
    finishedMs: null,
    hlc: hlcOf(Date.now()),
    device: {
      id: `d${String(viewer).padStart(15, '0')}`,
      name: 'Chrome on Windows',
      tab: `t${String(viewer).padStart(15, '0')}`,
    },
  };
  const body = JSON.stringify(position);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    cookie: cookies[viewer] ?? '',
    'sec-fetch-site': 'same-origin',
  };
  return { method: 'PUT', path: api.position(broadcastId), headers, body };
}

const healthShot = (cookies: readonly string[], n: number): Shot => ({
  method: 'GET',
  path: api.health,
  headers: { cookie: cookies[n % cookies.length] ?? '', 'sec-fetch-site': 'same-origin' },
  body: undefined,
});

async function main(): Promise<void> {
  const [viewers, seconds, rounds] = [Number(values.viewers), Number(values.seconds), Number(values.rounds)];
  const perSecond = viewers / WRITE_EVERY_S;
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-positions-'));
  const env = { BROADCAST_BY: 'anyone' };
  let origin = await startOrigin({ dataDir, env });
  try {
    const publisher = await publish({ origin: origin.url, pastSeconds: MEDIA_SECONDS, seconds: MEDIA_SECONDS });
    await publisher.finished;
    await origin.stop();
    const cookies = seedSessions(dataDir, viewers);
    origin = await startOrigin({ dataDir, env });
    const runs: { what: string; cpuMs: number; volley: Volley }[] = [];
    const run = async (what: string, shot: (n: number) => Shot): Promise<void> => {
      const before = await cpuSecondsOf(origin.pid);
      const volley = await fire(origin.url, perSecond, seconds, shot);
      runs.push({ what, cpuMs: ((await cpuSecondsOf(origin.pid)) - before) * 1000, volley });
    };
    const write = (n: number) => positionShot(publisher.id, cookies, n);
    const health = (n: number) => healthShot(cookies, n);
    await run('first visit of every session', write);
    for (let round = 0; round < rounds; round++) {
      await run('GET /healthz', health);
      await run('PUT position', write);
    }
    const rows = ['GET /healthz', 'PUT position', 'first visit of every session'].map((what) => {
      const own = runs.filter((one) => one.what === what);
      const perRequest = own.map(({ cpuMs, volley }) => (cpuMs * 1000) / volley.sent);
      const answers = own.flatMap(({ volley }) => volley.answerMs);
      return {
        what,
        'requests/s': perSecond,
        'CPU µs a request': percentile(perRequest, 0.5),
        'core %':
          (percentile(
            own.map(({ cpuMs }) => cpuMs),
            0.5,
          ) ?? 0) /
          (seconds * 10),
        'answer p50 ms': percentile(answers, 0.5),
        'answer p95 ms': percentile(answers, 0.95),
        failed: own.reduce((sum, { volley }) => sum + volley.failed, 0),
      };
    });
    const [healthz, position] = rows.map((row) => row['CPU µs a request'] ?? Number.NaN);
    const ratio = (position ?? Number.NaN) / (healthz ?? Number.NaN);
    printTable(`Positions of ${viewers} viewers, ${rounds} runs of ${seconds} s`, rows);
    console.log(`\nA position costs ${ratio.toFixed(2)} times a GET /healthz (goal: at most 2).`);
    writeResult('positions', { options: values, ratio, rows });
  } finally {
    await origin.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

if (values.help) console.log(HELP);
else await main();
