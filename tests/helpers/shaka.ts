import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const shakaFile = createRequire(import.meta.url).resolve('shaka-player/dist/shaka-player.compiled.js');

/** Plays a manifest of this origin with a player that knows nothing of it; the page's context has to bypass CSP. */
export async function playWithShaka(page: Page, origin: string, manifest: string, startS?: number): Promise<void> {
  await page.goto(`${origin}/healthz`);
  await page.setContent('<video muted autoplay></video>');
  await page.addScriptTag({ path: shakaFile });
  await page.evaluate(
    async ([url = '', start]) => {
      interface Shaka {
        readonly Player: new () => {
          attach(video: Element): Promise<void>;
          load(url: string, startS: number | null): Promise<void>;
        };
      }
      const { Player } = (window as unknown as { shaka: Shaka }).shaka;
      const player = new Player();
      const video = document.querySelector('video');
      if (video === null) throw new Error('no video');
      await player.attach(video);
      await player.load(url, start === undefined ? null : Number(start));
    },
    [origin + manifest, ...(startS === undefined ? [] : [String(startS)])],
  );
}
