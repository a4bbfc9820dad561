import { expect, test } from '@playwright/test';
import type { AccountRow, Invitation, LinkInfo, NewInvitation, ResetLink } from '../../src/protocol/accounts.ts';
import { admin, api, auth } from '../../src/protocol/urls.ts';
import { firstAdmin, PASSWORD, Person, signedUp, tokenOf } from './accounts-test-person.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const BY_INVITATION = { broadcastBy: 'invited' } as const;

test('ACCOUNT10: the first start prints a link that makes the first administrator, once', async () => {
  await using origin = await TestOrigin.start({ ...BY_INVITATION, publicUrl: 'https://live.example.org' });
  const url = (await origin.origin.setUpUrl()) ?? '';
  expect(url).toMatch(/^https:\/\/live\.example\.org\/account#first-admin=[\w-]{43}$/);
  const link = tokenOf(url);
  const ada = new Person(origin);
  expect((await ada.me()).broadcast).toEqual({ kind: 'no', because: 'setup-link' });
  expect(await ada.want<LinkInfo>('POST', auth.links, { link })).toEqual({ kind: 'first-admin' });
  const elsewhere = { username: 'Eve', password: PASSWORD, claim: { isFirstAdmin: true } };
  expect(await problemOf(await new Person(origin).ask('POST', auth.signUp, elsewhere))).toEqual([403, 'admin_only']);
  expect((await ada.signUp('Ada', { link })).account.role).toBe('admin');
  expect((await ada.me()).broadcast).toEqual({ kind: 'yes' });
  const again = { username: 'Eve', password: PASSWORD, claim: { link } };
  expect(await problemOf(await new Person(origin).ask('POST', auth.signUp, again))).toEqual([404, 'bad_link']);
  expect(await origin.origin.setUpUrl()).toBeUndefined();
});

test('ACCOUNT10: on this machine the first visit is one form, and of two at once only one becomes administrator', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const [ada, eve] = [new Person(origin), new Person(origin)];
  expect((await ada.me()).broadcast).toEqual({ kind: 'no', because: 'first-admin' });
  expect(await problemOf(await ada.ask('POST', api.broadcasts, {}))).toEqual([401, 'no_admin_yet']);
  const claim = { isFirstAdmin: true };
  const both = await Promise.all([
    ada.ask('POST', auth.signUp, { username: 'Ada', password: PASSWORD, claim }),
    eve.ask('POST', auth.signUp, { username: 'Eve', password: PASSWORD, claim }),
  ]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403]);
  expect((await new Person(origin).me()).broadcast).toEqual({ kind: 'no', because: 'log-in' });
});

test('ACCOUNT10: whoever signed up before there was an administrator may become it on this machine', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const ada = await signedUp(origin, 'Ada');
  expect((await ada.account())?.role).toBe('viewer');
  await ada.want('POST', auth.claim, { isFirstAdmin: true });
  expect((await ada.account())?.role).toBe('admin');
});

test('BROADCAST1: who may broadcast is one setting', async () => {
  for (const broadcastBy of ['invited', 'accounts', 'anyone'] as const) {
    await using origin = await TestOrigin.start({ broadcastBy });
    const root = await firstAdmin(origin);
    const viewer = await signedUp(origin, 'Viewer');
    const creator = await signedUp(origin, 'Creator', { link: await root.invite() });
    const outcome = async (person: Person) => (await person.ask('POST', api.broadcasts, {})).status;
    expect(await outcome(new Person(origin))).toBe(broadcastBy === 'anyone' ? 201 : 401);
    expect(await outcome(viewer)).toBe(broadcastBy === 'invited' ? 403 : 201);
    expect(await outcome(creator)).toBe(201);
    expect(await outcome(root)).toBe(201);
  }
});

test('ADMIN1: an invitation is good for its uses, until it expires or is revoked, and its use comes back when it failed', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const root = await firstAdmin(origin);
  const made = await root.want<NewInvitation>('POST', admin.invitations, { uses: 2, forMs: 3600_000, note: 'for <b>' });
  expect(made.invitation).toMatchObject({ uses: 2, usesLeft: 2, note: 'for <b>' });
  const link = tokenOf(made.url);
  const join = (username: string, password = PASSWORD) =>
    new Person(origin).ask('POST', auth.signUp, { username, password, claim: { link } });
  expect((await join('Root')).status).toBe(409);
  expect((await join('Ada', 'short')).status).toBe(422);
  expect((await join('Ada')).status).toBe(201);
  expect((await join('Bob')).status).toBe(201);
  expect(await problemOf(await join('Eve'))).toEqual([404, 'bad_link']);
  expect((await new Person(origin).logIn('Eve')).status).toBe(401);

  const timed = await root.invite(5);
  origin.clock.advance(3600_001);
  expect(await problemOf(await new Person(origin).ask('POST', auth.links, { link: timed }))).toEqual([404, 'bad_link']);
  const revoked = await root.invite(5);
  const [first] = await root.want<Invitation[]>('GET', admin.invitations);
  expect((await root.ask('DELETE', admin.invitation(first?.id ?? ''))).status).toBe(204);
  expect(await problemOf(await new Person(origin).ask('POST', auth.links, { link: revoked }))).toEqual([
    404,
    'bad_link',
  ]);
  for (const forged of ['x'.repeat(43), '', '../../etc', 7])
    expect([404, 422]).toContain((await new Person(origin).ask('POST', auth.links, { link: forged })).status);
  for (const wrong of [{ uses: 0, forMs: 3600_000 }, { uses: 1, forMs: 1 }, { uses: 1.5, forMs: 3600_000 }, {}])
    expect((await root.ask('POST', admin.invitations, wrong)).status).toBe(422);
});

test('ADMIN1: an account that exists takes an invitation, and nobody spends one for nothing', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const root = await firstAdmin(origin);
  const ada = await signedUp(origin, 'Ada');
  const link = await root.invite();
  expect(await problemOf(await ada.ask('POST', api.broadcasts, {}))).toEqual([403, 'invitation_needed']);
  await ada.want('POST', auth.claim, { link });
  expect((await ada.ask('POST', api.broadcasts, {})).status).toBe(201);
  const second = await root.invite();
  expect(await problemOf(await ada.ask('POST', auth.claim, { link: second }))).toEqual([409, 'nothing_to_gain']);
  const left = (await root.want<Invitation[]>('GET', admin.invitations)).map(({ usesLeft }) => usesLeft);
  expect(left.toSorted((a, b) => a - b)).toEqual([0, 1]);
});

test('ADMIN2: a reset link sets a new password once, ends every session, and a newer link ends it', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const root = await firstAdmin(origin);
  const ada = await signedUp(origin, 'Ada');
  const id = (await ada.account())?.id ?? '';
  const mint = async () => tokenOf((await root.want<ResetLink>('POST', admin.resetLink(id))).url);
  const old = await mint();
  const link = await mint();
  const reset = (token: string, newPassword = 'another four words') =>
    new Person(origin).ask('POST', auth.reset, { link: token, newPassword });
  expect(await problemOf(await reset(old))).toEqual([404, 'bad_link']);
  expect(await problemOf(await reset(link, 'short'))).toEqual([422, 'weak_password']);
  expect((await reset(link)).status).toBe(200);
  expect(await problemOf(await reset(link))).toEqual([404, 'bad_link']);
  expect(await ada.account()).toBeNull();
  expect((await ada.logIn('Ada')).status).toBe(401);
  const late = await mint();
  origin.clock.advance(24 * 3600_000 + 1);
  expect(await problemOf(await reset(late))).toEqual([404, 'bad_link']);
});

test('ADMIN3: roles change at once, and the last administrator stays one', async () => {
  await using origin = await TestOrigin.start(BY_INVITATION);
  const root = await firstAdmin(origin);
  const ada = await signedUp(origin, 'Ada');
  const rows = await root.want<AccountRow[]>('GET', admin.accounts);
  const idOf = (name: string) => rows.find(({ username }) => username === name)?.id ?? '';
  const change = (person: Person, name: string, role: string) =>
    person.ask('PATCH', admin.account(idOf(name)), { role });
  expect(await problemOf(await change(ada, 'Ada', 'admin'))).toEqual([403, 'admin_only']);
  expect(await problemOf(await change(root, 'Root', 'viewer'))).toEqual([409, 'last_admin']);
  expect(await problemOf(await root.ask('DELETE', admin.account(idOf('Root'))))).toEqual([409, 'last_admin']);
  expect(await problemOf(await root.ask('POST', auth.deleteAccount, { currentPassword: PASSWORD }))).toEqual([
    409,
    'last_admin',
  ]);
  expect((await change(root, 'Ada', 'admin')).status).toBe(200);
  expect((await change(ada, 'Root', 'viewer')).status).toBe(200);
  expect(await problemOf(await root.ask('GET', admin.accounts))).toEqual([403, 'admin_only']);
  expect((await change(ada, 'Root', 'owner')).status).toBe(422);
  expect((await ada.ask('DELETE', admin.account(idOf('Root')))).status).toBe(204);
  expect(await root.account()).toBeNull();
});
