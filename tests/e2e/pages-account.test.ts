import { type BrowserContext, expect, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { test } from '../helpers/fixtures.ts';
import { startOrigin } from '../helpers/origin.ts';
import { expectAccessible } from './pages-axe.ts';

const PASSWORD = 'four quiet words here';

test.use({ originEnv: { BROADCAST_BY: 'invited' } });

/** What a person does in the one form of the account page. */
async function enter(page: Page, button: 'Sign up' | 'Log in', username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: button }).click();
}

async function signUp(page: Page, originUrl: string, username: string): Promise<readonly string[]> {
  await page.goto(originUrl + pages.account);
  await enter(page, 'Sign up', username);
  const codes = page.getByRole('region', { name: 'Keep your recovery codes' }).getByRole('listitem');
  await expect(codes.first()).toBeVisible();
  const texts = await codes.allInnerTexts();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('heading', { level: 1, name: username })).toBeVisible();
  return texts;
}

const localhost = (url: string): string => url.replace('127.0.0.1', 'localhost');

async function everyScheme(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
  }
}

test('on this machine the first visit to the studio is one form, then the studio, and the person looks after it', async ({
  page,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'invited' } });
  try {
    await page.goto(localhost(origin.url) + pages.studio);
    await expect(page.getByRole('heading', { name: 'Welcome to your Tabcast' })).toBeVisible();
    await everyScheme(page);
    await enter(page, 'Sign up', 'Ada');
    await expect(page.getByRole('heading', { name: 'Studio' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Use camera and microphone' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Keep your recovery codes' })).toBeVisible();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.goto(localhost(origin.url) + pages.admin);
    await expect(page.getByRole('listitem').filter({ hasText: 'Ada' })).toContainText('You');
  } finally {
    await origin.stop();
  }
});

test('the link that the origin printed makes the first administrator, once', async ({ page, browser }) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'invited' } });
  try {
    const link = /\/account#first-admin=[\w-]{43}/.exec(origin.output())?.[0] ?? '';
    await page.goto(origin.url + link);
    await enter(page, 'Sign up', 'Grace');
    await expect(page).toHaveURL(`${origin.url}/studio`);
    await expect(page.getByRole('button', { name: 'Use camera and microphone' })).toBeVisible();
    const late = await browser.newPage();
    await late.goto(origin.url + link);
    await enter(late, 'Sign up', 'Mallory');
    await expect(late.getByRole('alert')).toBeVisible();
    await late.close();
  } finally {
    await origin.stop();
  }
});

test('sign up, log out, a wrong password, log in: each says where one stands, and the header shows who it is', async ({
  page,
  origin,
}) => {
  await page.goto(origin.url);
  await expect(page.getByRole('link', { name: 'Log in' })).toHaveAttribute('href', pages.account);
  await signUp(page, origin.url, 'berta');
  await expect(page.getByRole('link', { name: 'Your account: berta' })).toBeVisible();
  await everyScheme(page);
  const remembered = () => page.evaluate(() => localStorage.getItem('tabcast.studio'));
  await page.evaluate(async () => {
    localStorage.setItem('tabcast.studio', JSON.stringify({ titles: ['A private party'] }));
    const opened = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('tabcast-studio', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('sessions', { keyPath: 'id' });
      opening.onsuccess = () => resolve(opening.result);
    });
    await new Promise((resolve) => {
      const writing = opened.transaction('sessions', 'readwrite');
      writing.objectStore('sessions').put({ id: 'aaaabbbbccccdddd', keptAtMs: Date.now() });
      writing.oncomplete = resolve;
    });
    opened.close();
  });
  // A broadcast that is not finished: the person decides, and what belongs to it stays.
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('dialog')).toContainText('A stream or an upload from this browser is not finished');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Leave it here, log me out' }).click();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
  expect(await remembered()).toContain('A private party');
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        indexedDB.deleteDatabase('tabcast-studio').onsuccess = resolve;
      }),
  );
  await enter(page, 'Log in', 'berta');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
  expect(await remembered()).toBeNull();
  await enter(page, 'Log in', 'berta', 'not the right words');
  await expect(page.getByRole('alert')).toContainText('The name or the password is not right');
  await everyScheme(page);
  await enter(page, 'Log in', 'berta');
  await expect(page.getByRole('heading', { level: 1, name: 'berta' })).toBeVisible();
});

test('a taken name and a short password are sentences, and nothing that was typed is lost', async ({
  page,
  origin,
  browser,
}) => {
  await signUp(page, origin.url, 'carlos');
  const other = await browser.newPage();
  await other.goto(origin.url + pages.account);
  await enter(other, 'Sign up', 'Carlos');
  await expect(other.getByRole('alert')).toContainText('Somebody already has this name');
  await enter(other, 'Sign up', 'dora', 'short');
  await expect(other.getByRole('alert')).toContainText('at least 12');
  await expect(other.getByLabel('Username')).toHaveValue('dora');
  await other.close();
});

test('a recovery code sets a new password once, and logs in', async ({ page, origin }) => {
  const [code = ''] = await signUp(page, origin.url, 'edith');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'I forgot it' }).click();
  await everyScheme(page);
  const recover = async (): Promise<void> => {
    await page.getByLabel('Name of the account').fill('edith');
    await page.getByLabel('Recovery code').fill(code.toUpperCase());
    await page.getByLabel('New password').fill('another row of words');
    await page.getByRole('button', { name: 'Set the new password' }).click();
  };
  await recover();
  await expect(page.getByRole('heading', { level: 1, name: 'edith' })).toBeVisible();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'I forgot it' }).click();
  await recover();
  await expect(page.getByRole('alert')).toBeVisible();
});

test('changing the password ends the other sessions and keeps this one', async ({ page, origin, browser }) => {
  await signUp(page, origin.url, 'fred');
  const phone = await browser.newPage();
  await phone.goto(origin.url + pages.account);
  await enter(phone, 'Log in', 'fred');
  await expect(phone.getByRole('heading', { level: 1, name: 'fred' })).toBeVisible();
  await page.reload();
  const sessions = page.getByRole('region', { name: 'Where you are logged in' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('a fresh row of words');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Your password is changed' })).toBeVisible();
  await page.reload();
  await expect(sessions).toHaveCount(1);
  await phone.reload();
  await expect(phone.getByRole('button', { name: 'Log in' })).toBeVisible();
  await phone.close();
});

test('log out everywhere ends the sessions of every browser', async ({ page, origin, browser }) => {
  await signUp(page, origin.url, 'gina');
  const phone = await browser.newPage();
  await phone.goto(origin.url + pages.account);
  await enter(phone, 'Log in', 'gina');
  await expect(phone.getByRole('heading', { level: 1, name: 'gina' })).toBeVisible();
  await page.getByRole('button', { name: 'End all sessions' }).click();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
  await phone.reload();
  await expect(phone.getByRole('button', { name: 'Log in' })).toBeVisible();
  await phone.close();
});

test('deleting an account asks for the password, and then there is no such account', async ({ page, origin }) => {
  await signUp(page, origin.url, 'henk');
  await page.getByRole('button', { name: 'Delete account' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await everyScheme(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Delete account' }).click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Delete for ever' }).click();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
  await enter(page, 'Log in', 'henk');
  await expect(page.getByRole('alert')).toBeVisible();
});

test('a passkey is added, logs in without a password, and is removed', async ({ page, origin }) => {
  await withAuthenticator(page.context(), page);
  await signUp(page, localhost(origin.url), 'ines');
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  await passkeys.getByLabel('Name for this device').fill('Test key');
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(passkeys.getByRole('listitem')).toContainText('Test key');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'ines' })).toBeVisible();
  await expect(passkeys.getByRole('listitem')).toContainText('Used just now');
  await passkeys.getByRole('button', { name: 'Remove Test key' }).click();
  await expect(passkeys.getByRole('listitem')).toHaveCount(0);
});

async function withAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test('an administrator invites, revokes, and hands out a reset link; each link does what it says', async ({
  page,
  browser,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'invited' } });
  try {
    await page.goto(origin.url + pages.studio);
    await enter(page, 'Sign up', 'boss');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.goto(origin.url + pages.admin);
    const server = page.getByRole('region', { name: 'This server' });
    await expect(server).toContainText('Recordings are kept until somebody deletes them.');
    await expect(server).toContainText(/free/);
    await page.getByLabel('For whom').fill('The choir');
    await page.getByRole('button', { name: 'Make a link' }).click();
    const address = page.getByText(/#invitation=/);
    const link = await address.innerText();
    await expect(page.getByLabel('For whom'), 'ready for the next one').toHaveValue('');
    await everyScheme(page);

    const guest = await browser.newPage();
    await guest.goto(link);
    await expect(guest.getByRole('heading', { name: 'You are invited to broadcast' })).toBeVisible();
    await everyScheme(guest);
    await enter(guest, 'Sign up', 'singer');
    await guest.getByRole('button', { name: 'I have kept them' }).click();
    await guest.getByRole('link', { name: 'Open the studio' }).click();
    await expect(guest.getByRole('heading', { name: 'Studio' })).toBeVisible();

    await page.reload();
    await page.getByRole('button', { name: 'Reset link for singer' }).click();
    const reset = await page.getByText(/#reset=/).innerText();
    await guest.context().clearCookies();
    await guest.goto(reset);
    await guest.getByLabel('New password').fill('a password set by link');
    await guest.getByRole('button', { name: 'Set the new password' }).click();
    await expect(guest.getByRole('heading', { level: 1, name: 'singer' })).toBeVisible();
    await guest.close();

    await page.getByLabel('For whom').fill('Nobody in the end');
    await page.getByRole('button', { name: 'Make a link' }).click();
    const revoked = await page.getByText(/#invitation=/).innerText();
    await page.getByRole('button', { name: 'Revoke Nobody in the end' }).click();
    await expect(page.getByRole('button', { name: 'Revoke Nobody in the end' })).toHaveCount(0);
    const late = await browser.newPage();
    await late.goto(revoked);
    await expect(late.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    await late.close();
  } finally {
    await origin.stop();
  }
});

test('somebody who may not broadcast is told why, and nobody but an administrator sees the people', async ({
  page,
  origin,
}) => {
  await signUp(page, origin.url, 'visitor');
  await page.goto(origin.url + pages.admin);
  await expect(page.getByText('visitor is none')).toBeVisible();
  await page.goto(origin.url + pages.studio);
  await expect(page.getByRole('heading', { name: /You need an invitation/ })).toBeVisible();
  await everyScheme(page);
});
