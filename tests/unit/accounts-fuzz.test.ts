import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { api, auth } from '../../src/protocol/urls.ts';
import { positionOf, signedUp } from './accounts-test-person.ts';
import { TestOrigin } from './origin-test-server.ts';

const POSTS = [
  auth.logIn,
  auth.logOut,
  auth.recover,
  auth.reset,
  auth.password,
  auth.links,
  auth.claim,
  auth.passkeys,
  auth.passkeyLogIn,
  api.broadcasts,
] as const;

/** Shapes near the right ones, with anything in their places. */
const nearly = (anything: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      username: anything,
      password: anything,
      claim: fc.oneof(anything, fc.record({ link: anything })),
      link: anything,
      code: anything,
      newPassword: anything,
      currentPassword: anything,
      where: anything,
      challengeId: fc.oneof(anything, fc.constant('a'.repeat(16))),
      response: fc.oneof(anything, fc.dictionary(fc.string(), anything)),
      title: anything,
    },
    { requiredKeys: [] },
  );
const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constant('x'.repeat(3000)));
const body = fc.oneof({ weight: 3, arbitrary: nearly(anything) }, { weight: 1, arbitrary: fc.jsonValue() });

test('whatever is sent, the answer is one of ours and the origin goes on', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...POSTS), body, async (url, sent) => {
      origin.clock.advance(60_000);
      const answer = await ada.ask('POST', url, sent);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400)
        expect(await answer.json()).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    }),
    { numRuns: 300 },
  );
});

test('whatever is sent as a position, the answer is one of ours and what was held stays', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 20);
  const ada = await signedUp(origin, 'Ada');
  const right = positionOf(origin, broadcast.id);
  await ada.want('PUT', api.position(broadcast.id), right);
  const spoilt = fc
    .tuple(fc.constantFrom(...Object.keys(right)), anything)
    .map(([key, value]) => ({ ...right, [key]: value }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(spoilt, fc.jsonValue()), { maxLength: 5 }), async (positions) => {
      origin.clock.advance(60_000);
      const answer = await ada.ask('PUT', api.positions, { positions });
      expect(answer.status).toBe(200);
    }),
    { numRuns: 60 },
  );
  const list = await ada.want<{ positions: { broadcastId: string; mediaMs: number }[] }>('GET', api.positions);
  expect(list.positions.map(({ broadcastId }) => broadcastId)).toEqual([broadcast.id]);
});
