import { hostname } from 'node:os';
import { installedBrowser } from './browser-path.mjs';
import { ensureInstalled } from './install.mjs';

const HELP = `npm run helper -- <link> [name]
Lends this machine: opens an invitation (https://…/lend#…) in a browser without a window, and makes pieces of that
recording until all of it is done. Ctrl-C stops at any moment without harm. The name is what the creator sees.`;

const TELL_MS = 5_000;
const STEP_MS = 500;
const NO_BROWSER = 'There is no Chromium here. Install it, or say where it is: CHROME_PATH=/path/to/chrome.';
// Without a window a page counts as hidden, and browsers slow those down.
const FLAGS = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

const say = (sentence) => console.log(sentence);

async function launch() {
  const { chromium } = await import('@playwright/test');
  const executablePath = installedBrowser();
  // Chromium does not start with its sandbox for root, as in most containers.
  const args = process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS;
  // Ctrl-C is ours: the page gives back what it holds first.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launch({ args, ...signals, ...(executablePath === undefined ? {} : { executablePath }) });
}

const figure = async (page, name) =>
  page
    .locator(`[data-figure=${name}]`)
    .textContent({ timeout: STEP_MS })
    .catch(() => '0');

/** Resolves with a sentence when it could not help, undefined when all is done or it was stopped. */
async function help(page, link, name, stop) {
  await page.goto(link);
  const button = page.getByRole('button', { name: 'Lend this tab' });
  const refusal = page.getByRole('alert');
  await button.or(refusal).first().waitFor();
  if (await refusal.isVisible()) return (await refusal.innerText()).split('\n')[0];
  await page.getByLabel('Your name, for the creator').fill(name);
  await button.click();
  for (let told = '', nextMs = 0; ; ) {
    if (await refusal.isVisible()) return (await refusal.innerText()).split('\n')[0];
    const status = await page.locator('lend-page').getByRole('status').first().innerText();
    if (status === 'All of it is done') {
      say(status);
      return undefined;
    }
    if (stop.isAsked) {
      await page
        .getByRole('button', { name: 'Stop helping' })
        .click({ timeout: STEP_MS })
        .catch(() => undefined);
      await page
        .getByRole('button', { name: 'Go on helping' })
        .waitFor({ timeout: STEP_MS })
        .catch(() => undefined);
      return undefined;
    }
    if (Date.now() >= nextMs) {
      const [rate, made, published] = await Promise.all(['rate', 'made', 'published'].map((one) => figure(page, one)));
      const line = `${status}: ${rate} pictures a second, ${made} pieces made, ${published} published`;
      if (line !== told) say(line);
      told = line;
      nextMs = Date.now() + TELL_MS;
    }
    await page.waitForTimeout(STEP_MS);
  }
}

async function main([link, name = hostname().slice(0, 40)]) {
  if (link === undefined || !/^https?:\/\/.+\/lend#/.test(link)) return HELP;
  const problem = ensureInstalled({ withDev: true, say });
  if (problem !== undefined) return problem;
  const stop = { isAsked: false };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      stop.isAsked = true;
    });
  const browser = await launch().catch(() => undefined);
  if (browser === undefined) return NO_BROWSER;
  try {
    return await help(await browser.newPage(), link, name, stop);
  } finally {
    await browser.close();
  }
}

const problem = await main(process.argv.slice(2)).catch((error) => `The page broke off: ${error.message}`);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
