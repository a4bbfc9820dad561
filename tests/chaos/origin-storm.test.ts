import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { isLong } from '../helpers/random.ts';
import { until } from '../helpers/until.ts';
import { partBytes } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';

const portOf = (origin: TestOrigin): number => Number(new URL(origin.base).port);

async function opened(origin: TestOrigin, hello: string): Promise<Socket> {
  const socket = connect(portOf(origin), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(hello);
  return socket;
}

const closed = (socket: Socket): Promise<unknown> => {
  socket.resume();
  return socket.closed ? Promise.resolve() : once(socket, 'close');
};

test('P6: slow headers and dripping bodies are all closed by their deadlines, and viewers do not notice', async () => {
  test.setTimeout(60_000);
  const count = isLong ? 500 : 60;
  await using origin = await TestOrigin.start({ deadlines: { idleMs: 500, totalMs: 2000 } });
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  const body = `POST ${ingest.parts(broadcast.id)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${broadcast.token}\r\nContent-Type: application/vnd.tabcast.parts\r\nContent-Length: 5000\r\n\r\nT`;
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++)
    sockets.push(await opened(origin, i % 2 === 0 ? 'GET /time HTTP/1.1\r\nHost: x\r\nX-Slow: ' : body));
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('a');
  }, 100);
  try {
    for (let i = 0; i < 20; i++)
      expect((await origin.getBytes(broadcast.piece(0, 4, 100))).equals(partBytes('v360', 4, DEFAULT_GRID))).toBe(true);
    await Promise.all(sockets.map(closed));
  } finally {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  }
  expect((await origin.get('/healthz')).status).toBe(200);
});

test('P6: everybody who comes back at once after an outage gets the part they wait for', async () => {
  test.setTimeout(60_000);
  const count = isLong ? 2000 : 400;
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 10);
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const wanted = partBytes('v360', 10, DEFAULT_GRID).length;
  let connected = 0;
  const read = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = get(`${origin.base}${broadcast.piece(0, 10, 100)}`, { agent }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.on('end', () => resolve(bytes));
      });
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (connected += 1));
        else connected += 1;
      });
      request.on('error', reject);
    });
  const reads = Array.from({ length: count }, read);
  await until(() => connected, { timeout: 20_000 }).toBe(count);
  await broadcast.sendTicks(10, 11);
  expect(new Set(await Promise.all(reads))).toEqual(new Set([wanted]));
  agent.destroy();
});
