import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { IngestState } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { firstSeed, isLong, randomOf } from '../helpers/random.ts';
import { until } from '../helpers/until.ts';
import { audioTrack, partBytes, partOf, videoTrack } from '../unit/origin-test-media.ts';
import { startProcess, stopProcess } from './origin-process.ts';
import { startBroadcast } from './started-broadcast.ts';

const TRACKS = [videoTrack(360), audioTrack];
const ROUNDS = isLong ? 200 : 5;
const SEED = firstSeed;

test(`P1 P3 P7: what was acknowledged durable survives kill -9, round after round, and the broadcast goes on (seed ${SEED})`, async () => {
  test.setTimeout(isLong ? 3_600_000 : 120_000);
  const random = randomOf(SEED);
  const restartsMs: number[] = [];
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-crash-'));
  let { child, base } = await startProcess(dataDir);
  const { id, auth } = await startBroadcast(base, TRACKS, 3600);

  const send = async (part: number): Promise<TickAnswer> => {
    const body = Buffer.from(encodeTick(TRACKS.map((track) => partOf(track.id, part, DEFAULT_GRID))));
    const headers = { ...auth, 'content-type': TICK_CONTENT_TYPE };
    return (await (await fetch(base + ingest.parts(id), { method: 'POST', headers, body })).json()) as TickAnswer;
  };
  const stateNow = async (): Promise<IngestState> =>
    (await (await fetch(base + ingest.state(id), { headers: auth })).json()) as IngestState;

  let next = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const killAt = next + 1 + Math.floor(random() * 60);
    let durable: TickAnswer['durable'] = {};
    while (next < killAt) durable = (await send(next++)).durable;
    // In the middle of whatever the origin is doing with this one.
    const lost = send(next).catch(() => undefined);
    if (random() < 0.5) await setImmediate();
    await stopProcess(child, 'SIGKILL');
    await lost;
    const restarted = await startProcess(dataDir);
    ({ child, base } = restarted);
    restartsMs.push(restarted.tookMs);
    const after = await stateNow();
    expect(after.state).toBe('live');
    for (const { id: track } of TRACKS) {
      const promised = durable[track]?.at(-1)?.to ?? 0;
      const kept = after.durable[track] ?? [];
      expect(promised === 0 || (kept[0]?.from === 0 && kept[0].to >= promised)).toBe(true);
      for (let part = Math.max(0, promised - 30); part < promised; part++) {
        const url = base + live.piece(id, track, Math.floor(part / 100), part % 100, 100);
        const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
        if (!bytes.equals(partBytes(track, part, DEFAULT_GRID)))
          throw new Error(`${track}/${part} is not what was sent`);
      }
    }
    next = Math.min(...TRACKS.map((track) => after.durable[track.id]?.[0]?.to ?? 0));
  }
  const median = restartsMs.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  const compiled = process.env['NODE_COMPILE_CACHE'] === undefined ? '' : ', compiled before';
  test.info().annotations.push({ type: 'restart to serving', description: `${Math.round(median)} ms${compiled}` });
  // The promise is 2 s; a machine that is busy with the rest of the suite gets more.
  expect(median).toBeLessThan(isLong ? 2000 : 10_000);
  const END = Math.ceil((next + 1) / 100) * 100 + 30;
  while (next < END) await send(next++);
  const end = { endParts: { v360: END, a128: END } };
  const ending = {
    method: 'POST',
    headers: { ...auth, 'content-type': 'application/json' },
    body: JSON.stringify(end),
  };
  expect(await (await fetch(base + ingest.end(id), ending)).json()).toEqual({ state: 'processing' });
  expect(await stopProcess(child, 'SIGTERM')).toBe(0);

  ({ child, base } = await startProcess(dataDir));
  const stateOf = async (): Promise<string> =>
    ((await (await fetch(`${base}/api/broadcasts/${id}`)).json()) as { state: string }).state;
  await until(stateOf, { timeout: 20_000 }).toBe('sealed');
  for (let from = 0; from < END; from += 100) {
    const [segment, to] = [from / 100, Math.min(END, from + 100)];
    for (const { id: track } of TRACKS) {
      const answer = await fetch(base + live.segment(id, track, segment));
      const expected = Array.from({ length: to - from }, (_, i) => partBytes(track, from + i, DEFAULT_GRID));
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.concat(expected))).toBe(true);
    }
  }
  expect(await stopProcess(child, 'SIGINT')).toBe(0);
  await rm(dataDir, { recursive: true, force: true });
});
