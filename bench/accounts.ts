import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOrigin } from '../src/origin/app.ts';
import { auth } from '../src/protocol/urls.ts';
import { percentile, printTable, writeResult } from './shared/report.ts';

const HELP = `How long a log-in takes, right and wrong: the time may not tell whether there is such a name.
  --tries N   of each kind, in turn (200)`;

const { values } = parseArgs({
  options: { tries: { type: 'string', default: '200' }, help: { type: 'boolean', default: false } },
});

const PASSWORD = 'four quiet words here';
/** So many tries in a row are not what anybody may do outside of a bench. */
const NO_LIMIT = { burst: 1e9, perMinute: 1e9 };

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-accounts-'));
  const origin = await startOrigin({
    dataDir,
    staticDir: join(dataDir, 'no-pages'),
    host: '127.0.0.1',
    accounts: { logInLimits: { perAccount: NO_LIMIT, perAddress: NO_LIMIT } },
  });
  const base = origin.url.replace('localhost', '127.0.0.1');
  const ask = async (url: string, body: unknown): Promise<number> => {
    const startedMs = performance.now();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(base + url, { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return performance.now() - startedMs;
  };
  try {
    await ask(auth.signUp, { username: 'somebody', password: PASSWORD });
    const kinds = {
      'right password': { username: 'somebody', password: PASSWORD },
      'wrong password': { username: 'somebody', password: 'not the right words' },
      'unknown name': { username: 'nobody-at-all', password: 'not the right words' },
    };
    const tookMs = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, [] as number[]]));
    const order = Object.entries(kinds);
    for (let i = 0; i < Number(values.tries); i++) {
      for (const [kind, body] of order) tookMs[kind]?.push(await ask(auth.logIn, body));
      // Whatever one leaves behind for the next is spread over all.
      order.push(...order.splice(0, i % 2 === 0 ? 1 : 2));
    }
    const rows = Object.entries(tookMs).map(([what, all]) => ({
      what,
      'p10 ms': percentile(all, 0.1),
      'median ms': percentile(all, 0.5),
      'p90 ms': percentile(all, 0.9),
    }));
    const median = (what: string): number => percentile(tookMs[what] ?? [], 0.5) ?? Number.NaN;
    const apart = Math.abs(median('wrong password') / median('unknown name') - 1) * 100;
    printTable(`Log-ins, ${values.tries} of each kind`, rows);
    console.log(`\nWrong password and unknown name are ${apart.toFixed(1)} % apart (goal: at most 10).`);
    writeResult('accounts', { options: values, apartPercent: apart, rows });
  } finally {
    await origin.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

if (values.help) console.log(HELP);
else await main();
