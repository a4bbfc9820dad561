import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedBrowser } from './pinned-browser.ts';
import { type UploadTimes, uploadTimesIn } from './upload-run.ts';

/** Makers are half as many as the processors that the tab is told of. */
const CORES_PER_MAKER = 2;

/** Seconds of an upload by so many workers of one tab, on these processors. */
export async function workersTimes(file: string, workers: number, processors: string): Promise<UploadTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const { browser, close } = await pinnedBrowser(folder, processors);
  try {
    return await uploadTimesIn(browser, file, {
      edit: pretendProcessors(workers * CORES_PER_MAKER),
    });
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Init scripts do not run in workers, so the number is written into their code. */
const pretendProcessors =
  (processors: number) =>
  (script: string): string =>
    script.replaceAll('navigator.hardwareConcurrency', String(processors));
