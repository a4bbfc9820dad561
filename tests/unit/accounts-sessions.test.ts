import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import { auth } from '../../src/protocol/urls.ts';
import { PASSWORD, Person, signedUp } from './accounts-test-person.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const SESSION = 'tabcast-session';

test('ACCOUNT1: signing up logs in, and shows recovery codes once', async () => {
  await using origin = await TestOrigin.start();
  const ada = new Person(origin);
  const { account, recoveryCodes } = await ada.signUp('Ada');
  expect(account).toMatchObject({ username: 'Ada', role: 'viewer', recoveryCodesLeft: 8, passkeys: 0 });
  expect(new Set(recoveryCodes).size).toBe(8);
  for (const code of recoveryCodes) expect(code).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/);
  expect(await ada.account()).toEqual(account);
});

test('ACCOUNT1: a taken name, a weak password and a name that is none get their own answers, and nothing is made', async () => {
  await using origin = await TestOrigin.start();
  await signedUp(origin, 'Ada');
  const eve = new Person(origin);
  const signUp = async (username: unknown, password: unknown) =>
    problemOf(await eve.ask('POST', auth.signUp, { username, password }));
  expect(await signUp('  ADA ', PASSWORD)).toEqual([409, 'username_taken']);
  expect(await signUp('Ａｄａ', PASSWORD)).toEqual([409, 'username_taken']);
  expect(await signUp('Eve', 'short')).toEqual([422, 'weak_password']);
  expect(await signUp('Eve', '🎬'.repeat(11))).toEqual([422, 'weak_password']);
  expect(await signUp('a-name-of-mine', 'A-Name-Of-Mine')).toEqual([422, 'weak_password']);
  expect(await signUp('Eve', 'x'.repeat(257))).toEqual([422, 'long_password']);
  for (const name of ['', 'x', 'a b', '.eve', 'eve-', '<script>', '../etc', 'e\u0000ve', 'x'.repeat(33)])
    expect(await signUp(name, PASSWORD)).toEqual([422, 'bad_username']);
  for (const wrong of [7, null, ['Eve'], { $ne: '' }]) expect((await signUp(wrong, PASSWORD))[0]).toBe(422);
  expect(eve.cookies.size).toBe(0);
  for (const name of ['Zoë', '李小龙', 'أحمد', 'a.b_c-d', '42']) await signedUp(origin, name);
});

test('ACCOUNT2: unknown name and wrong password have one answer; the right one logs in with a new token', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const first = ada.cookies.get(SESSION);
  const unknown = await new Person(origin).logIn('Nobody');
  const wrong = await new Person(origin).logIn('Ada', 'not the right words');
  expect(unknown.status).toBe(401);
  expect(await unknown.text()).toBe(await wrong.text());
  expect((await ada.logIn('ada')).status).toBe(200);
  expect(ada.cookies.get(SESSION)).not.toBe(first);
  const old = new Person(origin);
  old.cookies.set(SESSION, first ?? '');
  expect(await old.account()).toBeNull();
});

test('ACCOUNT2: a cookie that was planted before log-in does not survive it', async () => {
  await using origin = await TestOrigin.start();
  await signedUp(origin, 'Ada');
  const planted = 'p'.repeat(43);
  const victim = new Person(origin);
  victim.cookies.set(SESSION, planted);
  expect((await victim.logIn('Ada')).status).toBe(200);
  expect(victim.cookies.get(SESSION)).not.toBe(planted);
  const thief = new Person(origin);
  thief.cookies.set(SESSION, planted);
  expect(await thief.account()).toBeNull();
});

test('ACCOUNT3: logging out ends this session at once, or every one, and a stale one is told so', async () => {
  await using origin = await TestOrigin.start();
  const here = await signedUp(origin, 'Ada');
  const there = new Person(origin);
  await there.logIn('Ada');
  const copy = new Person(origin);
  copy.cookies.set(SESSION, here.cookies.get(SESSION) ?? '');
  expect(await copy.account()).not.toBeNull();
  await here.want('POST', auth.logOut, { where: 'here' });
  expect(here.cookies.has(SESSION)).toBe(false);
  expect(await copy.account()).toBeNull();
  expect(await problemOf(await copy.ask('POST', auth.logOut, { where: 'here' }))).toEqual([401, 'log_in']);
  expect(await there.account()).not.toBeNull();
  await here.logIn('Ada');
  await here.want('POST', auth.logOut, { where: 'everywhere' });
  expect(await there.account()).toBeNull();
});

test('ACCOUNT4: a new password ends every other session and renews this one; the old password is dead', async () => {
  await using origin = await TestOrigin.start();
  const here = await signedUp(origin, 'Ada');
  const there = new Person(origin);
  await there.logIn('Ada');
  const before = here.cookies.get(SESSION);
  const change = (currentPassword: string, newPassword: string) =>
    here.ask('POST', auth.password, { currentPassword, newPassword });
  expect(await problemOf(await change('not the right words', 'another four words'))).toEqual([403, 'wrong_password']);
  expect(await problemOf(await change(PASSWORD, 'short'))).toEqual([422, 'weak_password']);
  expect(await there.account()).not.toBeNull();
  expect((await change(PASSWORD, 'another four words')).status).toBe(200);
  expect(here.cookies.get(SESSION)).not.toBe(before);
  expect(await here.account()).not.toBeNull();
  expect(await there.account()).toBeNull();
  expect((await there.logIn('Ada')).status).toBe(401);
  expect((await there.logIn('Ada', 'another four words')).status).toBe(200);
});

test('ACCOUNT5: a recovery code sets a new password, once, and ends every session', async () => {
  await using origin = await TestOrigin.start();
  const ada = new Person(origin);
  const { recoveryCodes } = await ada.signUp('Ada');
  const other = new Person(origin);
  const { recoveryCodes: others } = await other.signUp('Other');
  const recover = (username: string, code: string, newPassword = 'another four words') =>
    new Person(origin).ask('POST', auth.recover, { username, code, newPassword });
  expect(await problemOf(await recover('Ada', others[0] ?? ''))).toEqual([401, 'wrong_log_in']);
  expect(await problemOf(await recover('Nobody', recoveryCodes[0] ?? ''))).toEqual([401, 'wrong_log_in']);
  expect(await problemOf(await recover('Ada', recoveryCodes[0] ?? '', 'short'))).toEqual([422, 'weak_password']);
  const typed = recoveryCodes[0]?.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O') ?? '';
  expect((await recover('Ada', typed)).status).toBe(200);
  expect((await recover('Ada', recoveryCodes[0] ?? '')).status).toBe(401);
  expect(await ada.account()).toBeNull();
  expect((await ada.logIn('Ada', 'another four words')).status).toBe(200);
  expect((await ada.account())?.recoveryCodesLeft).toBe(7);
  const renewed = await ada.want<{ recoveryCodes: string[] }>('POST', auth.recoveryCodes, {
    currentPassword: 'another four words',
  });
  expect((await recover('Ada', recoveryCodes[1] ?? '')).status).toBe(401);
  expect((await recover('Ada', renewed.recoveryCodes[0] ?? '')).status).toBe(200);
});

test('ACCOUNT6: sessions are listed with words, and each can be ended, but nobody else’s', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const phone = new Person(origin);
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36<b>';
  await phone.ask('POST', auth.logIn, { username: 'Ada', password: PASSWORD }, { 'user-agent': agent });
  const list = await ada.want<{ id: string; device: string; isThisOne: boolean }[]>('GET', auth.sessions);
  expect(list).toHaveLength(2);
  const other = list.find(({ isThisOne }) => !isThisOne);
  expect(other?.device).toBe('Chrome on Linux');
  const eve = await signedUp(origin, 'Eve');
  const ofAda = auth.session(other?.id ?? '');
  expect(await problemOf(await eve.ask('DELETE', ofAda))).toEqual([404, 'unknown_session']);
  expect(await phone.account()).not.toBeNull();
  expect((await ada.ask('DELETE', ofAda)).status).toBe(204);
  expect(await phone.account()).toBeNull();
});

test('a session ends when it was not used for two months, and goes on when it was', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const dayMs = 86_400_000;
  origin.clock.advance(59 * dayMs);
  expect(await ada.account()).not.toBeNull();
  origin.clock.advance(59 * dayMs);
  expect(await ada.account()).not.toBeNull();
  origin.clock.advance(61 * dayMs);
  expect(await ada.account()).toBeNull();
});

test('cookies are HttpOnly, Lax and for the whole host; over HTTPS their name guards them', async () => {
  for (const publicUrl of [undefined, 'https://live.example.org']) {
    await using origin = await TestOrigin.start({ publicUrl });
    const answer = await new Person(origin).ask('POST', auth.signUp, { username: 'Ada', password: PASSWORD });
    const [session = '', device = ''] = answer.headers.getSetCookie();
    const prefix = publicUrl === undefined ? 'tabcast' : '__Host-tabcast';
    for (const [cookie, name] of [
      [session, 'session'],
      [device, 'device'],
    ] as const) {
      expect(cookie).toMatch(new RegExp(`^${prefix}-${name}=[\\w-]{43}; Max-Age=\\d+; Path=/; HttpOnly; SameSite=Lax`));
      expect(cookie.endsWith('; Secure')).toBe(publicUrl !== undefined);
      expect(cookie).not.toContain('Domain');
    }
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

test('neither tokens nor codes nor passwords are in the database, and a password’s hash costs what OWASP recommends', async () => {
  // What the origin does by itself.
  await using origin = await TestOrigin.start({ accounts: { hashCost: undefined } });
  const ada = new Person(origin);
  const { recoveryCodes } = await ada.signUp('Ada');
  const file = path.join(origin.dataDir, 'tabcast.db');
  const sqlite = new Sqlite(file);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const stored = sqlite.prepare('select password_hash from account').get() as { password_hash: string };
  sqlite.close();
  expect(stored.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const bytes = await readFile(file);
  for (const secret of [PASSWORD, ...recoveryCodes, ...ada.cookies.values()])
    expect(bytes.includes(Buffer.from(secret))).toBe(false);
});

test('ACCOUNT8: deleting an account takes the password, and everything of it is gone', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const there = new Person(origin);
  await there.logIn('Ada');
  const remove = (currentPassword: string) => ada.ask('POST', auth.deleteAccount, { currentPassword });
  expect(await problemOf(await remove('not the right words'))).toEqual([403, 'wrong_password']);
  expect((await remove(PASSWORD)).status).toBe(200);
  expect(await there.account()).toBeNull();
  expect((await there.logIn('Ada')).status).toBe(401);
  await signedUp(origin, 'Ada');
});
