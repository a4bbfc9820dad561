import { expect, test } from '@playwright/test';
import { leftSentence, safetySentence, studioStatus } from '../../src/ui/studio-status.ts';

const broadcast = { id: 'abcdefgh12345678', token: 't', title: 'Harbour', watchUrl: '', reach: 'lan' } as const;
const live = { kind: 'live', startedAtMs: 0, isConfirmed: true } as const;

test('an outage counts in words that stand apart from what a screen reader hears', () => {
  expect(studioStatus(live, 'reconnecting', 12.7)).toEqual({
    text: 'Reconnecting',
    detail: '12 s safe in this tab. Keep it open.',
    tone: 'trouble',
  });
  expect(studioStatus(live, 'server-full', 12.7)).toMatchObject({ text: 'The server is full', tone: 'trouble' });
  expect(studioStatus(live, 'catching-up', 8.2)).toEqual({
    text: 'You are live',
    detail: '9 s still to be sent',
    tone: 'on-air',
  });
});

test('a broadcast that was left is told by its title, and by what is not sent', () => {
  const left = { broadcast, state: 'open', unsentMs: 37_900 } as const;
  expect(leftSentence(left)).toBe('Your broadcast “Harbour” is still open: 38 s not yet sent.');
  expect(leftSentence({ ...left, unsentMs: 0 })).toBe('Your broadcast “Harbour” is still open: everything is sent.');
  expect(leftSentence({ ...left, state: 'over' })).toBe(
    'Your broadcast “Harbour” has ended by itself: 38 s not yet sent.',
  );
  expect(leftSentence({ ...left, unsentMs: undefined })).toBe('Your broadcast “Harbour” is still open.');
  expect(leftSentence({ ...left, state: 'elsewhere', unsentMs: undefined })).toBe(
    'Your broadcast “Harbour” is open in another tab of this browser.',
  );
});

test('where what is not sent is kept is said plainly', () => {
  expect(safetySentence({ where: 'memory', budgetBytes: 1 })).toContain('lost if this tab crashes');
  expect(safetySentence({ where: 'disk', budgetBytes: 1.2e9 })).toContain('up to 1,200 MB');
});
