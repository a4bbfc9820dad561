import type { Page } from '@playwright/test';
import { until } from './until.ts';

/** Seconds into their broadcasts that this browser has written down, of whoever uses it. */
const placesS = (page: Page): Promise<number[]> =>
  page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const open = indexedDB.open('tabcast-positions');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('positions').objectStore('positions').getAll();
          all.onsuccess = () => {
            open.result.close();
            resolve(all.result.map((row: { position: { mediaMs: number } }) => row.position.mediaMs / 1000));
          };
        };
      }),
  );

/** Resolves once the place where it was paused is written down. */
export const untilKept = (page: Page, pausedAtS: number): Promise<void> =>
  until(async () => (await placesS(page)).some((at) => Math.abs(at - pausedAtS) < 0.1)).toBe(true);
