import { expect, test } from '@playwright/test';
import type { PasskeyInfo } from '../../src/protocol/accounts.ts';
import { auth } from '../../src/protocol/urls.ts';
import {
  type CreationOptions,
  type Dishonesty,
  type RequestOptions,
  SoftAuthenticator,
} from './accounts-authenticator.ts';
import { Person, signedUp } from './accounts-test-person.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const SITE = { publicUrl: 'https://live.example.org' } as const;

const keyOf = (url = SITE.publicUrl): SoftAuthenticator => new SoftAuthenticator(url);

async function enrol(person: Person, key: SoftAuthenticator, dishonesty: Dishonesty = {}): Promise<Response> {
  const asked = await person.want<{ challengeId: string; options: CreationOptions }>('POST', auth.passkeyOptions);
  const response = key.create(asked.options, dishonesty);
  return person.ask('POST', auth.passkeys, { challengeId: asked.challengeId, response, name: 'My phone' });
}

const ask = (person: Person) =>
  person.want<{ challengeId: string; options: RequestOptions }>('POST', auth.passkeyLogInOptions);

async function logIn(person: Person, key: SoftAuthenticator, dishonesty: Dishonesty = {}): Promise<Response> {
  const { challengeId, options } = await ask(person);
  return person.ask('POST', auth.passkeyLogIn, { challengeId, response: key.get(options, dishonesty) });
}

test('PASSKEY1 PASSKEY2: a passkey is made by who is logged in, and logs in without a name or a password', async () => {
  await using origin = await TestOrigin.start(SITE);
  const ada = await signedUp(origin, 'Ada');
  const key = keyOf();
  expect((await enrol(ada, key)).status).toBe(201);
  expect(await ada.want<PasskeyInfo[]>('GET', auth.passkeys)).toMatchObject([{ name: 'My phone', usedMs: null }]);
  expect((await ada.account())?.passkeys).toBe(1);
  const phone = new Person(origin);
  expect((await logIn(phone, key)).status).toBe(200);
  expect((await phone.account())?.username).toBe('Ada');
  expect((await logIn(phone, key)).status).toBe(200);
  expect(await problemOf(await new Person(origin).ask('POST', auth.passkeyOptions))).toEqual([401, 'log_in']);
});

test('PASSKEY3: another origin, another host, a used challenge, a counter that went back and an unverified person are refused', async () => {
  await using origin = await TestOrigin.start(SITE);
  const ada = await signedUp(origin, 'Ada');
  const key = keyOf();
  for (const lie of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { isUnverified: true }])
    expect(await problemOf(await enrol(ada, keyOf(), lie))).toEqual([401, 'bad_passkey']);
  await enrol(ada, key);
  const phone = new Person(origin);
  expect((await logIn(phone, key, { counter: 7 })).status).toBe(200);
  for (const lie of [
    { origin: 'https://evil.example', counter: 8 },
    { origin: 'https://sub.live.example.org', counter: 8 },
    { rpId: 'evil.example', counter: 8 },
    { isUnverified: true, counter: 8 },
    { counter: 7 },
    { counter: 3 },
  ])
    expect(await problemOf(await logIn(new Person(origin), key, lie))).toEqual([401, 'bad_passkey']);

  const { challengeId, options } = await ask(phone);
  const once = { challengeId, response: key.get(options, { counter: 9 }) };
  expect((await phone.ask('POST', auth.passkeyLogIn, once)).status).toBe(200);
  expect(await problemOf(await phone.ask('POST', auth.passkeyLogIn, once))).toEqual([401, 'bad_passkey']);
  const late = await ask(phone);
  origin.clock.advance(5 * 60_000 + 1);
  const tooLate = { challengeId: late.challengeId, response: key.get(late.options, { counter: 10 }) };
  expect((await phone.ask('POST', auth.passkeyLogIn, tooLate)).status).toBe(401);
});

test('PASSKEY3: a challenge for making a key is no challenge for logging in, and nobody uses somebody else’s', async () => {
  await using origin = await TestOrigin.start(SITE);
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const key = keyOf();
  const adas = await ada.want<{ challengeId: string; options: CreationOptions }>('POST', auth.passkeyOptions);
  const stolen = { challengeId: adas.challengeId, response: keyOf().create(adas.options), name: '' };
  expect((await eve.ask('POST', auth.passkeys, stolen)).status).toBe(401);
  await enrol(ada, key);
  const making = await ada.want<{ challengeId: string; options: CreationOptions }>('POST', auth.passkeyOptions);
  const crossed = key.get({ challenge: making.options.challenge, rpId: 'live.example.org' });
  const answer = await ada.ask('POST', auth.passkeyLogIn, { challengeId: making.challengeId, response: crossed });
  expect(await problemOf(answer)).toEqual([401, 'bad_passkey']);
  for (const response of [{}, { id: 7 }, { id: 'x', response: {} }, { id: 'x'.repeat(5000), response: null }]) {
    const { challengeId } = await ask(ada);
    expect((await ada.ask('POST', auth.passkeyLogIn, { challengeId, response })).status).toBe(401);
  }
});

test('PASSKEY4: a passkey is removed by its owner alone, and logs nobody in afterwards', async () => {
  await using origin = await TestOrigin.start(SITE);
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const key = keyOf();
  await enrol(ada, key);
  // The same key cannot be taken over by another account.
  expect((await enrol(eve, key)).status).toBe(401);
  const [mine] = await ada.want<PasskeyInfo[]>('GET', auth.passkeys);
  const url = auth.passkey(mine?.id ?? '');
  expect(await problemOf(await eve.ask('DELETE', url))).toEqual([404, 'unknown_passkey']);
  expect((await logIn(new Person(origin), key)).status).toBe(200);
  expect((await ada.ask('DELETE', url)).status).toBe(204);
  expect(await problemOf(await logIn(new Person(origin), key))).toEqual([401, 'bad_passkey']);
});

test('where the address is made of numbers there are no passkeys, and the answer says so', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  expect(await problemOf(await ada.ask('POST', auth.passkeyOptions))).toEqual([422, 'no_passkeys']);
});
