import { chromium, type Page } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { readProcessorClock } from '../ladder/processor.ts';
import type { Cell } from '../shared/report.ts';
import { type ProcessorSample, stretches, timelineRows } from './timeline.ts';
import { uploadTimesIn } from './upload-run.ts';
import { type Mark, workerNotes } from './worker-marks.ts';

const SAMPLE_MS = 100;
const TAKE_MS = 1_000;
const STEP_MS = 500;

type Rows = Record<string, Cell>[];

/** One upload, with what its workers did and how busy the processors were. The notes cost some of its time. */
export async function uploadTimeline(file: string): Promise<Readonly<Record<string, Rows>>> {
  const browser = await chromium.launch(launchOptions());
  const samples: ProcessorSample[] = [];
  const marks: Mark[] = [];
  let page: Page | undefined;
  const take = async (): Promise<void> => {
    if (page !== undefined) marks.push(...(await workerNotes.take(page).catch(() => [])));
  };
  const timers = [
    setInterval(() => {
      const seconds = readProcessorClock()?.oursSeconds;
      if (seconds !== undefined) samples.push({ atMs: Date.now(), seconds });
    }, SAMPLE_MS),
    setInterval(() => void take(), TAKE_MS),
  ];
  try {
    const prepare = async (opened: Page): Promise<void> => {
      await workerNotes.prepare(opened);
      page = opened;
    };
    await uploadTimesIn(browser, file, { edit: workerNotes.edit, prepare });
    await take();
  } finally {
    for (const timer of timers) clearInterval(timer);
    await browser.close();
  }
  const ordered = marks.toSorted((a, b) => a.atMs - b.atMs);
  return { Timeline: timelineRows(ordered, samples, STEP_MS), Stretches: stretches(ordered) };
}
