import type { Page } from '@playwright/test';

export const ENGINE = /engine\.worker[^/]*\.js$/;

/** In front of the engine's own code, and of every worker it starts. Before the page is opened. */
export async function changeEngine(page: Page, code: string): Promise<void> {
  await page.route(ENGINE, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: code + (await answer.text()) });
  });
}
