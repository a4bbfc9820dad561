import type { Browser, Page } from '@playwright/test';
import { SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { startHelper } from '../../tests/helpers/lend.ts';
import { type Shaper, startShaper } from '../../tests/helpers/shaper.ts';

export type HelperEnd = 'closed' | 'silent';

interface Helper {
  readonly page: Page;
  readonly line: Shaper;
}

/** Helping tabs, each at the end of a line of its own, and what befalls them. */
export class LiveHelpers {
  readonly #browser: Browser;
  readonly #link: URL;
  readonly #roundTripMs: number;
  #helpers: readonly Helper[] = [];
  #count = 0;

  constructor(browser: Browser, link: string, roundTripMs: number) {
    this.#browser = browser;
    this.#link = new URL(link);
    this.#roundTripMs = roundTripMs;
  }

  async come(): Promise<void> {
    const line = await startShaper(this.#link.origin, { roundTripMs: this.#roundTripMs });
    const link = new URL(this.#link.pathname + this.#link.hash, line.url).href;
    const page = await startHelper(this.#browser, link, `Helper ${++this.#count}`);
    this.#helpers = [...this.#helpers, { page, line }];
  }

  /** Ends whoever makes this segment now; undefined when nobody is seen to. */
  async endMaker(segment: number, how: HelperEnd): Promise<Helper | undefined> {
    const maker = await this.#makerOf(segment);
    if (maker === undefined) return undefined;
    this.#helpers = this.#helpers.filter((one) => one !== maker);
    if (how === 'silent') maker.line.strand();
    else await maker.page.context().close();
    return maker;
  }

  /** After `endMaker`: nothing is left of it. */
  async bury({ page, line }: Helper): Promise<void> {
    await page.context().close();
    await line.stop();
  }

  async endAll(): Promise<void> {
    await Promise.all(this.#helpers.map((helper) => this.bury(helper)));
    this.#helpers = [];
  }

  async #makerOf(segment: number): Promise<Helper | undefined> {
    const fromS = segment * SEGMENT_SECONDS;
    const from = `${Math.floor(fromS / 60)}:${String(fromS % 60).padStart(2, '0')}`;
    for (const helper of this.#helpers) {
      const rows = helper.page.locator('lend-page li').filter({ hasText: `${from} to ` });
      if ((await rows.filter({ hasText: 'being made' }).count()) > 0) return helper;
    }
    return undefined;
  }
}
