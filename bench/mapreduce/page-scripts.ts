import type { Page } from '@playwright/test';

/**
 * Playwright has the browser hand it the body of every request, which costs the tab and the browser more than to send
 * it; a body that is a Blob it is not given. People's browsers have nobody who listens.
 */
const UNHEARD = `{
  const plain = globalThis.fetch;
  globalThis.fetch = (to, init) =>
    plain(to, init?.body instanceof Uint8Array ? { ...init, body: new Blob([init.body]) } : init);
}
`;

/** Has the workers of the page send their bodies unheard; `edit` changes the scripts besides. Returns what ends it. */
export async function editScripts(
  page: Page,
  edit: (text: string) => string = (text) => text,
): Promise<() => Promise<void>> {
  const scripts = /\/assets\/[^/]*worker[^/]*\.js$/;
  await page.route(scripts, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: UNHEARD + edit(await answer.text()) });
  });
  return () => page.unroute(scripts);
}
