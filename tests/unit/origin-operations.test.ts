import { expect, test } from '@playwright/test';
import { IngestBudget } from '../../src/origin/ingest-budget.ts';
import { PROCESSING_MS, SILENCE_RULES } from '../../src/origin/lifecycle.ts';
import { Metrics, metricText } from '../../src/origin/metrics.ts';
import { readCli } from '../../src/origin/options.ts';
import { dueForDeletion, type Kept } from '../../src/origin/retention.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { OriginStatus } from '../../src/protocol/origin-status.ts';
import { admin, live } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { partOf } from './origin-test-media.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const DAY_MS = 24 * 3600_000;
const kept = (id: string, endedMs: number | undefined, bytes: number, state: Kept['state'] = 'sealed'): Kept => ({
  id,
  state,
  endedMs,
  bytes,
});

test('retention: what is old goes first by its days, then the oldest until the rest fits; what is live stays', () => {
  const all = [
    kept('new', 9 * DAY_MS, 40),
    kept('old', DAY_MS, 30),
    kept('mid', 5 * DAY_MS, 30, 'ended'),
    kept('live', undefined, 100, 'live'),
    kept('out', 2 * DAY_MS, 50, 'processing'),
  ];
  const now = 10 * DAY_MS;
  expect(dueForDeletion(all, { days: undefined, maxBytes: undefined }, now).due).toEqual([]);
  expect(dueForDeletion(all, { days: 9, maxBytes: undefined }, now).due).toEqual([{ id: 'old', because: 'days' }]);
  expect(dueForDeletion(all, { days: undefined, maxBytes: 200 }, now)).toEqual({
    due: [
      { id: 'old', because: 'bytes' },
      { id: 'mid', because: 'bytes' },
    ],
    isOverBudget: false,
  });
  const none = dueForDeletion(all, { days: undefined, maxBytes: 120 }, now);
  expect(none.due.map(({ id }) => id)).toEqual(['old', 'mid', 'new']);
  expect(none.isOverBudget).toBe(true);
});

test('retention: a recording is gone with its media when its days are over, and the status says so', async () => {
  await using origin = await TestOrigin.start({ retention: { days: 2, maxBytes: undefined } });
  const broadcast = await origin.live();
  const other = await origin.live();
  await broadcast.sendTicks(0, 100);
  await broadcast.end(100);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
  origin.clock.advance(DAY_MS);
  await origin.origin.housekeep();
  expect(await broadcast.state()).toBe('sealed');
  await other.sendTicks(0, 1);
  origin.clock.advance(DAY_MS);
  await origin.origin.housekeep();
  expect((await origin.get(`/api/broadcasts/${broadcast.id}`)).status).toBe(404);
  expect((await origin.get(live.segment(broadcast.id, 'v360', 0))).status).toBe(404);
  expect((await origin.get(`/api/broadcasts/${other.id}`)).status).toBe(200);
  const status = (await (await origin.get(admin.status)).json()) as OriginStatus;
  expect(status.disk).toMatchObject({ retentionDays: 2, maxStorageBytes: null, deletedBroadcasts: 1 });
});

test('P8: over the storage budget with nothing to delete, new parts are refused, viewers are served, readyz says full', async () => {
  await using origin = await TestOrigin.start({ retention: { days: undefined, maxBytes: 1000 } });
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 10);
  await origin.origin.housekeep();
  const answer = await broadcast.send(partOf('v360', 10, DEFAULT_GRID));
  expect(answer.parts[0]).toMatchObject({ status: 507, code: 'disk_full' });
  expect(await (await origin.get('/readyz')).json()).toEqual({ status: 'ready', disk: 'full' });
  expect((await origin.getBytes(broadcast.piece(0, 0, 100))).length).toBeGreaterThan(100);
});

test('LIMIT1: ten minutes pass at once, then twice real time, and the wait is said', async () => {
  const budget = new IngestBudget(1000, 0);
  expect(budget.take(600_000, 0)).toBeUndefined();
  expect(budget.take(1, 0)).toEqual({ retryAfterSeconds: 1 });
  expect(budget.take(10_000, 4999)).toEqual({ retryAfterSeconds: 1 });
  expect(budget.take(10_000, 5000)).toBeUndefined();
  expect(budget.take(2_000_000, 5000)).toEqual({ retryAfterSeconds: 300 });
  expect(budget.take(2_000_000, 305_000)).toBeUndefined();

  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  origin.clock.advance(10_000);
  const junk = Buffer.alloc(16 * 1024 * 1024 - 1);
  const statuses: number[] = [];
  while (statuses.at(-1) !== 429 && statuses.length < 20) statuses.push((await broadcast.post(junk)).status);
  const refused = await broadcast.post(junk);
  expect(await problemOf(refused)).toEqual([429, 'too_fast']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(statuses.length).toBeGreaterThan(3);
  origin.clock.advance(Number(refused.headers.get('retry-after')) * 1000);
  expect((await broadcast.post(junk)).status).toBe(400);
});

test('OPS2: the status tells disk, broadcasts, viewers, errors, clock and version, to this machine and nobody else', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  await origin.getBytes(broadcast.piece(0, 0, 100));
  await origin.get('/api/broadcasts/nothing');
  await origin.origin.housekeep();
  const status = (await (await origin.get(admin.status)).json()) as OriginStatus;
  expect(status.broadcasts).toEqual({ reserved: 0, live: 1, interrupted: 0, processing: 0, ended: 0, sealed: 0 });
  expect(status.live).toMatchObject([{ id: broadcast.id, title: 'A test', durationMs: 500, viewers: 1 }]);
  expect(status.live[0]?.storedBytes).toBeGreaterThan(1000);
  expect(status.answers.clientErrors).toBeGreaterThan(0);
  expect(status.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(status.disk.freeBytes).toBeGreaterThan(0);
  expect(Math.abs(status.clock.movedMs)).toBeLessThan(60_000);
  for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { via: '1.1 proxy' }, { forwarded: 'for=192.0.2.1' }])
    for (const url of [admin.status, '/metrics'])
      expect(await problemOf(await origin.get(url, { headers }))).toEqual([401, 'log_in']);
});

test('OPS3: metrics are Prometheus text, without an id, a title or a token in them', async () => {
  await using origin = await TestOrigin.start({ metricsToken: 'abcdefghijklmnopqrst' });
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  const answer = await origin.get('/metrics');
  expect(answer.headers.get('content-type')).toContain('version=0.0.4');
  const text = await answer.text();
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+)$/,
    );
  expect(text).toContain('tabcast_ingest_parts_total{status="201"} 10');
  expect(text).toContain('tabcast_broadcasts{state="live"} 1');
  expect(text).toContain('tabcast_answers_total{route="/ingest/:id/parts",status="2xx"} 1');
  expect(text).toContain('tabcast_relay_seconds_bucket{le="+Inf"} 1');
  expect(text).toContain('tabcast_relay_seconds_count 1');
  expect(text).toContain('tabcast_media_cache_budget_bytes 128000000');
  expect(text).toContain('tabcast_media_cache_reads_total{from="memory"} 0');
  for (const secret of [broadcast.id, broadcast.token, 'A test', 'abcdefghijklmnopqrst'])
    expect(text).not.toContain(secret);
  const elsewhere = { 'x-forwarded-for': '192.0.2.1' };
  const withToken = (token: string) => ({ headers: { ...elsewhere, authorization: `Bearer ${token}` } });
  expect((await origin.get('/metrics', withToken('abcdefghijklmnopqrst'))).status).toBe(200);
  expect(await problemOf(await origin.get('/metrics', withToken('abcdefghijklmnopqrsu')))).toEqual([
    401,
    'wrong_token',
  ]);
  expect(await problemOf(await origin.get('/metrics', { headers: elsewhere }))).toEqual([401, 'no_token']);
});

test('metrics: labels are escaped, and only what changed in five minutes counts as recent', () => {
  expect(metricText('a', 'gauge', 'help', [{ labels: { x: 'a"b\\c\nd' }, value: 1 }])).toBe(
    '# HELP a help\n# TYPE a gauge\na{x="a\\"b\\\\c\\nd"} 1\n',
  );
  const metrics = new Metrics();
  metrics.answered('/a', 500, 0);
  metrics.answered('/a', 404, 200_000);
  expect(metrics.recent(250_000)).toEqual({ answers: 2, clientErrors: 1, serverErrors: 1 });
  expect(metrics.recent(400_000)).toEqual({ answers: 1, clientErrors: 1, serverErrors: 0 });
  metrics.close();
});

test('every refusal names its request, and no two requests have the same name', async () => {
  await using origin = await TestOrigin.start();
  const ids = new Set<string>();
  for (let i = 0; i < 5; i++) ids.add((await origin.get('/api/broadcasts/x')).headers.get('x-request-id') ?? '');
  expect(ids.size).toBe(5);
  expect([...ids].every((id) => /^[0-9a-f]{8}-[0-9a-z]+$/.test(id))).toBe(true);
});

test('rate limits count the client that a trusted proxy names, and nobody else’s word', async () => {
  const createLimit = { burst: 1, perMinute: 1 };
  const create = (origin: TestOrigin, client: string): Promise<Response> =>
    origin.get('/api/broadcasts', { method: 'POST', headers: { 'x-forwarded-for': client } });
  await using trusting = await TestOrigin.start({ createLimit, trustProxy: 1 });
  expect((await create(trusting, '192.0.2.1')).status).toBe(201);
  expect((await create(trusting, '192.0.2.2')).status).toBe(201);
  expect((await create(trusting, '192.0.2.9, 192.0.2.1')).status).toBe(429);
  await using wary = await TestOrigin.start({ createLimit });
  expect((await create(wary, '192.0.2.1')).status).toBe(201);
  expect((await create(wary, '192.0.2.2')).status).toBe(429);
});

test('connections beyond the cap are turned away and those that are there go on', async () => {
  await using origin = await TestOrigin.start({ maxConnections: 3 });
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => origin.get('/time')));
  expect(answers.some((answer) => answer.status === 'fulfilled')).toBe(true);
  expect((await origin.get('/time')).status).toBe(200);
});

test('operating options are read with their units, and nonsense is refused in words', async () => {
  const read = (environment: Record<string, string>) => readCli([], environment);
  const run = read({ RETENTION_DAYS: '30', MAX_STORAGE_BYTES: '500GB', TRUST_PROXY: '2', ENDED_AFTER: '600' });
  expect(run.kind === 'run' && run.options).toMatchObject({
    retention: { days: 30, maxBytes: 500e9 },
    silence: { interruptedAfterMs: 90_000, endedAfterMs: 600_000 },
    trustProxy: 2,
  });
  expect(read({ MEDIA_CACHE: '0' })).toMatchObject({ options: { mediaCacheBytes: 0 } });
  expect(read({ MEDIA_CACHE: '1GB' })).toMatchObject({ options: { mediaCacheBytes: 1e9 } });
  const plain = read({ TRUST_PROXY: 'loopback, 10.0.0.0/8' });
  expect(plain.kind === 'run' && plain.options).toMatchObject({
    retention: { days: undefined, maxBytes: undefined },
    silence: SILENCE_RULES,
    trustProxy: 'loopback, 10.0.0.0/8',
  });
  for (const wrong of [
    { RETENTION_DAYS: '0' },
    { RETENTION_DAYS: '1.5' },
    { MAX_STORAGE_BYTES: '5 apples' },
    { MEDIA_CACHE: 'much' },
    { ENDED_AFTER: '60' },
    { TRUST_PROXY: '<all>' },
    { METRICS_TOKEN: 'short' },
  ])
    expect(read(wrong as Record<string, string>).kind).toBe('wrong');
});
