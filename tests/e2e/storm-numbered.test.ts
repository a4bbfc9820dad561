import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { EngineLog } from '../helpers/engine-log.ts';
import { numberedCameraFlags } from '../helpers/numbered-camera.ts';
import { type RunningOrigin, startOrigin } from '../helpers/origin.ts';
import { isLong, randomOf, rounds } from '../helpers/random.ts';
import { type Shaper, startShaper } from '../helpers/shaper.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { WINDOW_S } from '../helpers/tone.ts';
import { CrashableBrowser } from './spool-browser.ts';
import { proveWhole, reservedBy } from './spool-proof.ts';
import { type Blow, planStorm } from './storm-plan.ts';
import { decodeTone, proveNumbers } from './storm-proof.ts';

const LINE = { roundTripMs: 30 };
const LONGEST_SLOTS = isLong ? 600 : 75;
/** Slots that a tab may have encoded just before it is killed, without the time to tell. */
const UNTOLD_BY_KILL = 15;
/** A busy machine hands sound on so late: as near to a break the browser's own silence is what broke it. */
const GIVEN_WITHIN_MS = 300;
/** A second of sound: what is silent around a killed tab, besides the time without one. */
const SECOND_OF_WINDOWS = 1 / WINDOW_S;

class Storm {
  readonly log = new EngineLog();
  readonly #browser: CrashableBrowser;
  readonly #dataDir: string;
  origin!: RunningOrigin;
  page!: Page;
  #line!: Shaper;

  constructor(browser: CrashableBrowser, dataDir: string) {
    this.#browser = browser;
    this.#dataDir = dataDir;
  }

  async begin(): Promise<ReturnType<typeof reservedBy>> {
    this.origin = await startOrigin({ dataDir: this.#dataDir });
    this.#line = await startShaper(this.origin.url, LINE);
    this.page = await this.#browser.start(await numberedCameraFlags());
    await this.log.listen(this.page);
    const reserved = reservedBy(this.page);
    await goLive(this.page, this.#line.url, '?ladder=360,240');
    await this.#pass(45);
    return reserved;
  }

  async strike(blow: Blow): Promise<void> {
    switch (blow.kind) {
      case 'cut':
        await this.#line.stop();
        await this.#pass(blow.slots);
        this.#line = await startShaper(this.origin.url, LINE, this.#line.port);
        break;
      case 'reset':
        this.#line.resetAfter(blow.afterBytes);
        break;
      case 'strand':
        this.#line.strand();
        break;
      case 'line':
        this.#line.set({ roundTripMs: blow.roundTripMs, upBps: blow.upBps });
        await this.#pass(blow.slots);
        this.#line.set(LINE);
        break;
      case 'slices':
        this.#line.set({ ...LINE, sliceBytes: blow.sliceBytes });
        await this.#pass(blow.slots);
        this.#line.set(LINE);
        break;
      case 'kill-origin':
        await this.origin.kill();
        await this.#pass(blow.slots);
        this.origin = await startOrigin({ dataDir: this.#dataDir, port: this.origin.port });
        break;
      case 'kill-browser':
        await this.#pass(blow.afterSlots);
        await this.#browser.kill();
        this.page = await this.#browser.start(await numberedCameraFlags());
        await this.log.listen(this.page);
        await this.page.goto(this.#line.url + pages.studio);
        await this.page.locator('studio-unfinished').getByRole('button', { name: 'Resume' }).click();
        break;
    }
    await this.#pass(30);
    await expect(this.page.locator('status-pill')).toContainText('You are live', { timeout: 90_000 });
  }

  async end(): Promise<void> {
    await expect(this.page.locator('status-pill')).not.toContainText('still to be sent', { timeout: 90_000 });
    await endStream(this.page);
  }

  async stop(): Promise<void> {
    await this.#line.stop();
    await this.origin.stop();
  }

  /** The storm's clock: the encoders go on, whatever the line does. */
  async #pass(slots: number): Promise<void> {
    const until = this.log.newestSlot + slots;
    await expect.poll(() => this.log.newestSlot, { timeout: 90_000, intervals: [50] }).toBeGreaterThanOrEqual(until);
  }
}

for (const seed of rounds(1, 5))
  test(`P4 P5 a storm of cuts, resets, vanished peers, slow and slicing lines and kills (seed ${seed}): every slot shows the picture that was encoded for it, once, in every quality, and the sound goes on`, async () => {
    test.setTimeout(isLong ? 900_000 : 240_000);
    const crashable = await CrashableBrowser.create();
    const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-storm-'));
    try {
      const blows = planStorm(randomOf(seed), isLong ? 2 : 1, LONGEST_SLOTS);
      const storm = new Storm(crashable, dataDir);
      const reserved = await storm.begin();
      for (const blow of blows) await test.step(JSON.stringify(blow), () => storm.strike(blow));
      await storm.end();
      const kills = blows.filter(({ kind }) => kind === 'kill-browser').length;
      const parts = await proveWhole(storm.origin.url, reserved);
      const seen = await proveNumbers(storm.origin.url, reserved, storm.log, kills * UNTOLD_BY_KILL);
      const sound = await decodeTone(storm.origin.url, reserved);
      const words = `${blows.length} blows, ${seen.slots} slots of every quality in place, ${seen.repeats} repeats as logged, ${seen.slates} of the slate, ${seen.untold} untold; sound: ${sound.silent.length} of ${sound.windows} windows silent, the tone broken at ${sound.breaks.map((window) => (window * WINDOW_S).toFixed(2)).join(', ') || 'no place'}, ${storm.log.silencesMs.length} silences of the browser’s own`;
      test.info().annotations.push({ type: 'decoded', description: words });
      expect(seen.slots).toBe(parts * 3);
      expect(seen.slates, 'most of it is the camera').toBeLessThan(seen.slots / 2);
      const slateWindows = (seen.slates / 30) * SECOND_OF_WINDOWS;
      expect(sound.silent.length, words).toBeLessThanOrEqual(slateWindows + kills * SECOND_OF_WINDOWS);
      const { startedAt } = await broadcastDetail(storm.origin.url, reserved.id);
      const atMs = (window: number): number => (startedAt ?? 0) + window * WINDOW_S * 1000;
      const isGiven = (window: number): boolean =>
        storm.log.silencesMs.some((silentMs) => Math.abs(silentMs - atMs(window)) < GIVEN_WITHIN_MS);
      expect(
        sound.breaks.filter((window) => !isGiven(window)),
        words,
      ).toEqual([]);
      await storm.stop();
    } finally {
      await crashable.dispose();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
