import type { Page } from '@playwright/test';
import type { Cell } from '../shared/report.ts';
import { median, spread } from './measure.ts';
import type { EncoderId } from './page/job.ts';
import type { LadderPage } from './page/main.ts';
import { FRAME_RATE, RUNGS } from './rungs.ts';

type Row = Readonly<Record<string, Cell>>;
type LadderWindow = Window & { readonly ladder: LadderPage };

const MAX_HEIGHT = 480;

/** One encoder of one rendition with nothing beside it, by the measurement that the studio chooses its ladder with. */
export async function measureAlone(page: Page, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const rung of RUNGS.filter(({ height }) => height <= MAX_HEIGHT))
    for (const encoder of ['wasm', 'webcodecs'] satisfies EncoderId[]) {
      const speeds: number[] = [];
      for (let round = 0; round < rounds; round++)
        speeds.push(
          await page.evaluate(([one, name]) => (window as unknown as LadderWindow).ladder.probe(one, name), [
            rung,
            encoder,
          ] as const),
        );
      const fps = median(speeds);
      rows.push({
        rendition: `${rung.height}p`,
        encoder: encoder === 'wasm' ? 'ffmpeg.wasm' : 'WebCodecs',
        'frames/s': fps,
        spread: `±${Math.round(spread(speeds) * 100)} %`,
        [`times ${FRAME_RATE} a second`]: fps / FRAME_RATE,
      });
    }
  return rows;
}
