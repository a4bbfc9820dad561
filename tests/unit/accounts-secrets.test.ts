import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../../src/protocol/tick.ts';
import { admin, api, auth, ingest, live, pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../helpers/origin.ts';
import { PASSWORD, Person, tokenOf } from './accounts-test-person.ts';
import { contentDigest, initOf, partOf, videoTrack } from './origin-test-media.ts';

/** Every file below, as bytes. */
async function everythingIn(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

test('what was given to one person in secret is in no log, no page, no other answer and no file, whatever goes wrong', async () => {
  const origin = await startOrigin({ env: { LOG_LEVEL: 'trace', BROADCAST_BY: 'accounts' } });
  try {
    const answers: string[] = [];
    const at = {
      get: async (url: string, init: RequestInit = {}): Promise<Response> => {
        const answer = await fetch(origin.url + url, init);
        const told = await answer.clone().text();
        answers.push(`${url} ${JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie'))} ${told}`);
        return answer;
      },
    };
    const secrets = new Map<string, string>();
    const keep = (name: string, secret: string | undefined): string => {
      expect(secret, name).toMatch(/\S{16,}|^[\w ]{12,}$/);
      secrets.set(name, secret ?? '');
      return secret ?? '';
    };
    const keepSession = (name: string, person: Person): void => {
      for (const [cookie, value] of person.cookies) keep(`${name} of ${cookie}`, value);
    };
    /** The answer that gives the secret out is the one that may hold it. */
    const inConfidence = async <T>(work: Promise<T>): Promise<T> => {
      const answer = await work;
      answers.pop();
      return answer;
    };

    keep('password', PASSWORD);
    const ada = new Person(at);
    const { recoveryCodes } = await inConfidence(ada.signUp('Ada', { isFirstAdmin: true }));
    for (const [i, code] of recoveryCodes.entries()) keep(`recovery code ${i}`, code);
    keepSession('session', ada);
    const invitation = keep('invitation', await inConfidence(ada.invite()));
    const bob = new Person(at);
    for (const code of (await inConfidence(bob.signUp('Bob', { link: invitation }))).recoveryCodes)
      keep(`code ${code}`, code);
    keepSession('session of Bob', bob);
    const people = await ada.want<{ id: string; username: string }[]>('GET', admin.accounts);
    const bobsId = people.find(({ username }) => username === 'Bob')?.id ?? '';
    const reset = await inConfidence(ada.want<{ url: string }>('POST', admin.resetLink(bobsId)));
    keep('reset link', tokenOf(reset.url));
    const { id, token } = await inConfidence(bob.reserve('A secret party'));
    keep('token of the broadcast', token);
    const tab = { authorization: `Bearer ${token}` };

    // What goes well, what is refused, and what is nonsense, each with the secret in it.
    const wrongPassword = keep('mistyped password', 'five rather quiet words');
    const stranger = new Person(at);
    await stranger.logIn('Bob', wrongPassword);
    await stranger.ask('POST', auth.logIn, `${wrongPassword}{`);
    await stranger.ask('POST', auth.recover, { username: 'Bob', code: recoveryCodes[0], newPassword: wrongPassword });
    await stranger.ask('POST', auth.reset, { link: tokenOf(reset.url), newPassword: 'short' });
    await stranger.ask('POST', auth.links, { link: invitation });
    await stranger.ask('POST', `${auth.logIn}/${'x'.repeat(5000)}`, { password: wrongPassword });
    await ada.ask('POST', auth.password, { currentPassword: wrongPassword, newPassword: PASSWORD });
    await at.get(ingest.start(id), { method: 'POST', headers: tab, body: token });
    const init = initOf(videoTrack(360));
    await at.get(ingest.init(id, 'v360'), {
      method: 'PUT',
      headers: { ...tab, 'content-type': 'video/mp4', 'content-digest': contentDigest(init) },
      body: init,
    });
    const tick = new Uint8Array(encodeTick([partOf('v360', 0, DEFAULT_GRID)]));
    await at.get(ingest.parts(id), {
      method: 'POST',
      headers: { ...tab, 'content-type': TICK_CONTENT_TYPE },
      body: tick,
    });
    await at.get(ingest.parts(id), { method: 'POST', headers: { authorization: token }, body: tick });
    await at.get(ingest.state(id), { headers: tab });
    await at.get(api.broadcast(id), {
      method: 'PATCH',
      headers: { ...tab, 'content-type': 'application/json' },
      body: '{"title":"Now live"}',
    });
    for (const url of [pages.home, pages.studio, pages.watch(id), pages.account, '/metrics', live.chunkedManifest(id)])
      await at.get(url, { headers: { authorization: `Bearer ${token}` } });
    for (const url of [
      api.broadcasts,
      api.broadcast(id),
      auth.me,
      auth.sessions,
      admin.invitations,
      admin.accounts,
      admin.status,
      api.positionsExport,
    ])
      await ada.ask('GET', url);

    const told = answers.join('\n');
    const logged = origin.output();
    expect(logged.length).toBeGreaterThan(0);
    const kept = await everythingIn(origin.dataDir);
    const found = [...secrets].flatMap(([name, secret]) => [
      ...(told.includes(secret) ? [`${name} in an answer`] : []),
      ...(logged.includes(secret) ? [`${name} in the log`] : []),
      ...(kept.includes(Buffer.from(secret)) ? [`${name} in a file`] : []),
    ]);
    expect(secrets.size).toBeGreaterThan(20);
    expect(found).toEqual([]);
  } finally {
    await origin.stop();
  }
});
