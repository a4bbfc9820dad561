import type { Page } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { Track } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';

export interface BufferedRange {
  readonly startS: number;
  readonly endS: number;
}

/** Appends `init.mp4` and then so many parts, one `appendBuffer` each, on a page of the origin. */
export function appendPartByPart(
  page: Page,
  detail: BroadcastDetail,
  track: Track,
  partCount: number,
): Promise<BufferedRange[]> {
  const { partsPerSegment } = detail.grid ?? DEFAULT_GRID;
  const urls = [live.init(detail.id, track.id)];
  for (let i = 0; i < partCount; i++)
    urls.push(live.piece(detail.id, track.id, Math.floor(i / partsPerSegment), i % partsPerSegment, partsPerSegment));
  return page.evaluate(append, { urls, type: `${track.kind}/mp4; codecs="${track.codecs}"` });
}

/** Runs in the page; must not use anything from outside. */
async function append({ urls, type }: { urls: string[]; type: string }): Promise<BufferedRange[]> {
  const source = new MediaSource();
  const video = document.createElement('video');
  video.src = URL.createObjectURL(source);
  await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
  const buffer = source.addSourceBuffer(type);
  for (const url of urls) {
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}`);
    const bytes = await answer.arrayBuffer();
    await new Promise<void>((resolve, reject) => {
      buffer.addEventListener('updateend', () => resolve(), { once: true });
      buffer.addEventListener('error', () => reject(new Error(`Chromium refused ${url}`)), { once: true });
      buffer.appendBuffer(bytes);
    });
  }
  const { buffered } = buffer;
  return Array.from({ length: buffered.length }, (_, i) => ({ startS: buffered.start(i), endS: buffered.end(i) }));
}
