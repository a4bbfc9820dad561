import { expect, test } from '@playwright/test';
import { addressKey } from '../../src/accounts/address-key.ts';
import { deviceWords } from '../../src/accounts/device-words.ts';
import { isAtThisMachine, type Whereabouts } from '../../src/accounts/first-admin.ts';
import { Passwords } from '../../src/accounts/password.ts';
import { type Asking, isSameOrigin } from '../../src/accounts/same-origin.ts';
import { auth } from '../../src/protocol/urls.ts';
import { PASSWORD, Person, signedUp } from './accounts-test-person.ts';
import { problemOf, QUICK_HASH, TestOrigin } from './origin-test-server.ts';

const WRONG = 'not the right words';

/** A log-in from an address of its own, with the cookies of a person. */
async function logInFrom(origin: TestOrigin, address: string, username: string, password: string, cookie = '') {
  const answer = await origin.origin.app.inject({
    method: 'POST',
    url: auth.logIn,
    remoteAddress: address,
    headers: { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) },
    payload: JSON.stringify({ username, password }),
  });
  return { status: answer.statusCode, retryAfter: answer.headers['retry-after'] };
}

test('ACCOUNT2: strangers who guess at an account are stopped wherever they come from; its owner is not locked out', async () => {
  await using origin = await TestOrigin.start();
  const ada = new Person(origin);
  const { recoveryCodes } = await ada.signUp('Ada');
  for (let i = 0; i < 5; i++) expect((await logInFrom(origin, `10.0.0.${i}`, 'Ada', WRONG)).status).toBe(401);
  const stopped = await logInFrom(origin, '10.0.0.99', 'Ada', PASSWORD);
  expect(stopped.status).toBe(429);
  expect(Number(stopped.retryAfter)).toBeGreaterThan(0);
  // A name that does not exist is stopped in the same way, so that it tells nothing.
  for (let i = 0; i < 5; i++) await logInFrom(origin, `10.0.1.${i}`, 'Nobody', WRONG);
  expect((await logInFrom(origin, '10.0.1.99', 'Nobody', WRONG)).status).toBe(429);
  // The owner: from a browser that logged in before, or with a code.
  expect((await ada.logIn('Ada')).status).toBe(200);
  const fresh = new Person(origin);
  const recovered = { username: 'Ada', code: recoveryCodes[0], newPassword: 'another four words' };
  expect((await fresh.ask('POST', auth.recover, recovered)).status).toBe(200);
  origin.clock.advance(60_000);
  expect((await logInFrom(origin, '10.0.0.99', 'Ada', 'another four words')).status).toBe(200);
});

test('ACCOUNT2: somebody else’s device cookie is a stranger’s', async () => {
  await using origin = await TestOrigin.start();
  await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const cookie = `tabcast-device=${eve.cookies.get('tabcast-device')}`;
  for (let i = 0; i < 5; i++) await logInFrom(origin, `10.0.0.${i}`, 'Ada', WRONG, cookie);
  expect((await logInFrom(origin, '10.0.0.9', 'Ada', WRONG, cookie)).status).toBe(429);
  expect((await logInFrom(origin, '10.0.0.9', 'Ada', PASSWORD)).status).toBe(429);
});

test('ACCOUNT2: an address has twenty wrong tries a minute over all names; right ones do not count', async () => {
  await using origin = await TestOrigin.start();
  await signedUp(origin, 'Ada');
  for (let i = 0; i < 30; i++) expect((await logInFrom(origin, '10.0.0.1', 'Ada', PASSWORD)).status).toBe(200);
  for (let i = 0; i < 20; i++) expect((await logInFrom(origin, '10.0.0.1', `name${i}`, WRONG)).status).toBe(401);
  expect((await logInFrom(origin, '10.0.0.1', 'name99', WRONG)).status).toBe(429);
  expect((await logInFrom(origin, '10.0.0.2', 'name99', WRONG)).status).toBe(401);
});

test('a home is one address: the whole IPv4, a /64 of IPv6', () => {
  expect(addressKey('192.0.2.7')).toBe('192.0.2.7');
  expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(addressKey('2001:db8:0:7:aaaa::1')).toBe(addressKey('2001:0DB8:0000:0007::2'));
  expect(addressKey('2001:db8::7:0:0:1')).not.toBe(addressKey('2001:db8:0:7::1'));
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
});

test('a password is checked by its own parameters, and nobody’s password is wrong for everybody', async () => {
  const passwords = new Passwords(QUICK_HASH);
  const stored = await passwords.hash('héllo wörld wörds');
  expect(await passwords.check('héllo wörld wörds'.normalize('NFD'), stored)).toEqual({
    kind: 'right',
    isOutdated: false,
  });
  expect((await passwords.check('hello world words', stored)).kind).toBe('wrong');
  expect((await passwords.check('héllo wörld wörds', undefined)).kind).toBe('wrong');
  const all = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.check('x', undefined)));
  const overloaded = all.filter(({ status }) => status === 'rejected');
  expect(overloaded).toHaveLength(4);
});

const asking = (over: Partial<Asking>): Asking => ({
  secFetchSite: undefined,
  origin: undefined,
  host: 'live.example.org',
  publicUrl: undefined,
  ...over,
});

test('ACCOUNT9: only a page of this very origin, or no page at all, changes anything', () => {
  expect(isSameOrigin(asking({}))).toBe(true);
  expect(isSameOrigin(asking({ secFetchSite: 'same-origin', origin: 'https://live.example.org' }))).toBe(true);
  expect(isSameOrigin(asking({ secFetchSite: 'none' }))).toBe(true);
  for (const secFetchSite of ['cross-site', 'same-site', 'anything'])
    expect(isSameOrigin(asking({ secFetchSite, origin: 'https://live.example.org' }))).toBe(false);
  for (const origin of [
    'null',
    'https://evil.example',
    'https://live.example.org.evil.example',
    'https://sub.live.example.org',
    'https://live.example.org:8443',
    'https://live.example.org@evil.example',
    'https://evil.example/#https://live.example.org',
    'file://',
  ])
    expect(isSameOrigin(asking({ origin }))).toBe(false);
  const behindProxy = asking({ host: '127.0.0.1:8080', origin: 'https://live.example.org' });
  expect(isSameOrigin(behindProxy)).toBe(false);
  expect(isSameOrigin({ ...behindProxy, publicUrl: 'https://live.example.org' })).toBe(true);
});

test('ACCOUNT9: a request of another site, a sibling’s or nobody’s is refused on every route that takes a cookie', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const own = new URL(origin.base);
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: `http://sub.${own.host}` },
    { origin: 'null' },
    { origin: 'https://evil.example' },
  ])
    for (const [url, body] of [
      [auth.logOut, { where: 'everywhere' }],
      [auth.logIn, { username: 'Ada', password: PASSWORD }],
      [auth.password, { currentPassword: PASSWORD, newPassword: 'another four words' }],
      [auth.deleteAccount, { currentPassword: PASSWORD }],
    ] as const)
      expect(await problemOf(await ada.ask('POST', url, body, headers))).toEqual([403, 'cross_site']);
  expect(await ada.account()).not.toBeNull();
  const form = await ada.origin.get(auth.logOut, {
    method: 'POST',
    headers: { cookie: `tabcast-session=${ada.cookies.get('tabcast-session')}`, 'content-type': 'text/plain' },
    body: '{"where":"here"}',
  });
  expect(form.status).toBe(415);
  const allowed = await ada.ask(
    'POST',
    auth.logOut,
    { where: 'here' },
    { 'sec-fetch-site': 'same-origin', origin: own.origin },
  );
  expect(allowed.status).toBe(200);
});

const here: Whereabouts = { remoteAddress: '127.0.0.1', host: 'localhost:8080', headers: {}, publicUrl: undefined };

test('the first administrator needs the printed link unless the browser is on this very machine', () => {
  expect(isAtThisMachine(here)).toBe(true);
  expect(isAtThisMachine({ ...here, remoteAddress: '::1', host: '[::1]:8080' })).toBe(true);
  expect(isAtThisMachine({ ...here, remoteAddress: '192.168.1.4' })).toBe(false);
  expect(isAtThisMachine({ ...here, host: 'rebind.evil.example' })).toBe(false);
  expect(isAtThisMachine({ ...here, host: 'localhost.evil.example' })).toBe(false);
  expect(isAtThisMachine({ ...here, headers: { 'x-forwarded-for': '203.0.113.9' } })).toBe(false);
  expect(isAtThisMachine({ ...here, publicUrl: 'https://live.example.org' })).toBe(false);
});

test('devices are named in our own words, whatever the header says', () => {
  expect(deviceWords('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1')).toBe(
    'Safari on iPhone',
  );
  expect(deviceWords('Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
    'Firefox on Windows',
  );
  expect(deviceWords('<script>alert(1)</script>')).toBe('Another program');
  expect(deviceWords(undefined)).toBe('Another program');
});
