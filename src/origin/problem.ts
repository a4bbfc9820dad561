import { Problem } from '../lib/problem.ts';

export { Problem };

export const unknownBroadcast = (): Problem =>
  new Problem(404, 'unknown_broadcast', 'There is no broadcast with this id. Check the link.');

export const notStarted = (): Problem =>
  new Problem(409, 'not_started', 'The broadcast has not started. Send the init segments, then start.');

export const newerTab = (): Problem =>
  new Problem(409, 'newer_tab', 'Another tab has taken over this broadcast. Go on there, or claim it again.');

export const unknownGeneration = (): Problem =>
  new Problem(422, 'bad_request', 'This generation was never given to a tab. Claim the broadcast first.');

export const sealed = (): Problem =>
  new Problem(410, 'sealed', 'The recording is complete and takes nothing more. Create a new broadcast.');

export const tooLarge = (limitBytes: number): Problem =>
  new Problem(413, 'too_large', `The body has more than ${limitBytes} bytes. Send it in smaller pieces.`);

export const tooFast = (retryAfterSeconds: number): Problem =>
  new Problem(429, 'too_fast', 'This broadcast sends more than twice what its tracks say. Wait a moment.', {
    'retry-after': String(retryAfterSeconds),
  });

export const overloaded = (retryAfterSeconds: number): Problem =>
  new Problem(503, 'overloaded', 'The origin has too much to do right now. Try again in a moment.', {
    'retry-after': String(retryAfterSeconds),
  });
