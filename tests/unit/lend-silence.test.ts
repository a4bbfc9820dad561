import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import { Silence } from '../../workers/silence.ts';

const HOUR_MS = 3_600_000;

test('LEND4 a line on which nothing is heard is given up, and one that is not needed any more at once', async () => {
  const dead = new Silence(1);
  await once(dead.signal, 'abort');
  dead.heard();
  expect(dead.signal.aborted).toBe(true);
  const done = new Silence(HOUR_MS);
  done.heard();
  expect(done.signal.aborted).toBe(false);
  done.end();
  expect(done.signal.aborted).toBe(true);
});
