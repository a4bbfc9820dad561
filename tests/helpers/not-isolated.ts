import type { Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { ENGINE } from './change-engine.ts';

/**
 * As behind a proxy that drops headers: no page of the origin may share memory with its workers. `engineCode` goes in
 * front of the engine's own. Before the page is opened.
 */
export async function takeIsolationAway(page: Page, engineCode = ''): Promise<void> {
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const isCode = pathname === pages.studio || pathname.endsWith('.js');
    if (!isCode) return route.fallback();
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers['cross-origin-opener-policy'];
    delete headers['cross-origin-embedder-policy'];
    const body = (ENGINE.test(pathname) ? engineCode : '') + (await response.text());
    return route.fulfill({ response, headers, body });
  });
}
