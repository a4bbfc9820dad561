import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import { test } from '../helpers/fixtures.ts';
import type { SpoolVerdict } from '../spool/spool-suite.worker.ts';

const ENTRY = fileURLToPath(new URL('../spool/spool-suite.worker.ts', import.meta.url));

async function bundled(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: ENTRY, formats: ['es'] } },
  });
  const [output] = built as Rolldown.RolldownOutput[];
  return output?.output[0].code ?? '';
}

test('TICK5 the spool keeps its promises on the real private file system, at a cost that is printed', async ({
  page,
  origin,
}) => {
  const code = await bundled();
  await page.route('**/spool-suite.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
  await page.goto(origin.url);
  const verdict = await page.evaluate(
    () =>
      new Promise<SpoolVerdict>((resolve, reject) => {
        const worker = new Worker('/spool-suite.js', { type: 'module' });
        worker.onmessage = (event: MessageEvent<SpoolVerdict>) => resolve(event.data);
        worker.onerror = (event) => reject(new Error(event.message));
      }),
  );
  expect(verdict.failures).toEqual([]);
  expect(verdict.passed).toBeGreaterThan(3);
  const { appendMsP50, appendMsP99, appendMsMax, flushMsP50 } = verdict;
  test.info().annotations.push({
    type: 'measured',
    description: `append p50 ${appendMsP50.toFixed(2)} ms, p99 ${appendMsP99.toFixed(2)}, max ${appendMsMax.toFixed(1)}; flush p50 ${flushMsP50.toFixed(1)} ms`,
  });
});
