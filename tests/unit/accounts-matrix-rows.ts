import { type Cast, confirm } from './accounts-matrix-scene.ts';
import { PASSWORD, positionOf } from './accounts-test-person.ts';
import type { TestOrigin } from './origin-test-server.ts';

/** What each role is answered: the status, and the code of a refusal. In the order of `ROLES`. */
type Answers = readonly [string, string, string, string, string];

interface Row {
  readonly url?: (cast: Cast) => Promise<string>;
  readonly body?: (cast: Cast, origin: TestOrigin) => unknown;
  readonly answers: Answers;
}

const everybody = (answer: string): Answers => [answer, answer, answer, answer, answer];
const knownOnly = (answer: string): Answers => ['401 log_in', answer, answer, answer, answer];
const adminOnly = (answer: string): Answers => [
  '401 log_in',
  '403 admin_only',
  '403 admin_only',
  '403 admin_only',
  answer,
];
/** Not even an administrator sees that it is there. */
const ownerOnly = (answer: string): Answers => {
  const hidden = '404 unknown_broadcast';
  return [hidden, hidden, hidden, answer, hidden];
};
const ofBroadcast = (rest: string) => async (cast: Cast) => rest.replace(':id', await cast.broadcast());
const LINK = 'x'.repeat(43);
const CHALLENGE = { challengeId: 'x'.repeat(16), response: {} };

export const ROWS: Readonly<Record<string, Row>> = {
  'GET /api/auth/me': { answers: everybody('200') },
  'POST /api/auth/sign-up': {
    body: (cast) => ({ username: `new${cast.fresh()}`, password: PASSWORD }),
    answers: everybody('201'),
  },
  'POST /api/auth/log-in': { body: () => ({ username: 'viewer', password: PASSWORD }), answers: everybody('200') },
  'POST /api/auth/log-out': { body: () => ({ where: 'here' }), answers: knownOnly('200') },
  'POST /api/auth/recover': {
    body: () => ({ username: 'owner', code: 'aaaa-aaaa-aaaa-aaaa', newPassword: PASSWORD }),
    answers: everybody('401 wrong_log_in'),
  },
  'POST /api/auth/reset': { body: () => ({ link: LINK, newPassword: PASSWORD }), answers: everybody('404 bad_link') },
  'POST /api/auth/password': { body: () => ({ ...confirm, newPassword: PASSWORD }), answers: knownOnly('200') },
  'POST /api/auth/recovery-codes': { body: () => confirm, answers: knownOnly('200') },
  'POST /api/auth/delete-account': {
    body: () => confirm,
    answers: ['401 log_in', '200', '200', '200', '409 last_admin'],
  },
  'GET /api/auth/sessions': { answers: knownOnly('200') },
  'DELETE /api/auth/sessions/:id': {
    url: async (cast) => `/api/auth/sessions/${await cast.ownerSession()}`,
    answers: ['401 log_in', '404 unknown_session', '404 unknown_session', '204', '404 unknown_session'],
  },
  'POST /api/auth/links': { body: () => ({ link: LINK }), answers: everybody('404 bad_link') },
  'POST /api/auth/claim': {
    body: () => ({ isFirstAdmin: true }),
    answers: ['401 log_in', '403 admin_only', '403 admin_only', '403 admin_only', '409 nothing_to_gain'],
  },
  'GET /api/auth/passkeys': { answers: knownOnly('200') },
  'POST /api/auth/passkeys/options': { answers: knownOnly('200') },
  'POST /api/auth/passkeys': { body: () => CHALLENGE, answers: knownOnly('401 bad_passkey') },
  'DELETE /api/auth/passkeys/:id': {
    url: async (cast) => `/api/auth/passkeys/${await cast.ownerPasskey()}`,
    answers: ['401 log_in', '404 unknown_passkey', '404 unknown_passkey', '204', '404 unknown_passkey'],
  },
  'POST /api/auth/passkey-log-in/options': { answers: everybody('200') },
  'POST /api/auth/passkey-log-in': { body: () => CHALLENGE, answers: everybody('401 bad_passkey') },

  'GET /api/admin/invitations': { answers: adminOnly('200') },
  'POST /api/admin/invitations': { body: () => ({ uses: 1, forMs: 3600_000 }), answers: adminOnly('201') },
  'DELETE /api/admin/invitations/:id': {
    url: async (cast) => `/api/admin/invitations/${await cast.invitation()}`,
    answers: adminOnly('204'),
  },
  'GET /api/admin/accounts': { answers: adminOnly('200') },
  'PATCH /api/admin/accounts/:id': {
    url: async (cast) => `/api/admin/accounts/${await cast.viewerId()}`,
    body: () => ({ role: 'viewer' }),
    answers: adminOnly('200'),
  },
  'POST /api/admin/accounts/:id/reset-link': {
    url: async (cast) => `/api/admin/accounts/${await cast.viewerId()}/reset-link`,
    answers: adminOnly('201'),
  },
  'DELETE /api/admin/accounts/:id': {
    url: async (cast) => `/api/admin/accounts/${await cast.viewerId()}`,
    answers: adminOnly('204'),
  },
  'GET /api/admin/status': { answers: adminOnly('200') },
  'GET /metrics': { answers: adminOnly('200') },

  'GET /api/positions': { answers: knownOnly('200') },
  'PUT /api/positions': {
    body: async (cast, origin) => ({ positions: [positionOf(origin, await cast.broadcast(), { mediaMs: 0 })] }),
    answers: knownOnly('200'),
  },
  'PATCH /api/positions': { body: () => ({ isPaused: false }), answers: knownOnly('200') },
  'DELETE /api/positions': { answers: knownOnly('200') },
  'GET /api/positions/export': { answers: knownOnly('200') },
  'PUT /api/positions/:id': {
    url: ofBroadcast('/api/positions/:id'),
    body: async (cast, origin) => positionOf(origin, await cast.broadcast(), { mediaMs: 0 }),
    answers: ['401 log_in', '404 unknown_broadcast', '404 unknown_broadcast', '200', '404 unknown_broadcast'],
  },
  'DELETE /api/positions/:id': {
    url: ofBroadcast('/api/positions/:id'),
    answers: ['401 log_in', '404 unknown_broadcast', '404 unknown_broadcast', '200', '404 unknown_broadcast'],
  },

  'GET /api/broadcasts': { answers: everybody('200') },
  'POST /api/broadcasts': {
    body: () => ({}),
    answers: ['401 log_in', '403 invitation_needed', '201', '201', '201'],
  },
  'GET /api/broadcasts/:id': { url: ofBroadcast('/api/broadcasts/:id'), answers: ownerOnly('200') },
  'PATCH /api/broadcasts/:id': {
    url: ofBroadcast('/api/broadcasts/:id'),
    body: () => ({ title: 'Renamed' }),
    answers: ['401 no_token', '404 unknown_broadcast', '404 unknown_broadcast', '200', '200'],
  },
  'DELETE /api/broadcasts/:id': {
    url: ofBroadcast('/api/broadcasts/:id'),
    answers: ['401 no_token', '404 unknown_broadcast', '404 unknown_broadcast', '204', '204'],
  },
  'POST /api/broadcasts/:id/watching': {
    url: ofBroadcast('/api/broadcasts/:id/watching'),
    body: () => ({ viewer: 'v'.repeat(16) }),
    answers: ownerOnly('204'),
  },
  'POST /api/broadcasts/:id/lend-invitations': {
    url: ofBroadcast('/api/broadcasts/:id/lend-invitations'),
    body: () => ({ forMs: 3600_000 }),
    answers: ['401 no_token', '404 unknown_broadcast', '404 unknown_broadcast', '201', '201'],
  },
  'GET /api/broadcasts/:id/lend-invitations': {
    url: ofBroadcast('/api/broadcasts/:id/lend-invitations'),
    answers: ['401 no_token', '404 unknown_broadcast', '404 unknown_broadcast', '200', '200'],
  },
  'DELETE /api/broadcasts/:id/lend-invitations/:invitation': {
    url: ofBroadcast(`/api/broadcasts/:id/lend-invitations/${'x'.repeat(16)}`),
    answers: ['401 no_token', '404 unknown_broadcast', '404 unknown_broadcast', '204', '204'],
  },
  // Whoever has an invitation may help, with an account or without.
  'POST /api/lend/look': { body: () => ({ invitation: LINK }), answers: everybody('404 bad_link') },
  'POST /api/lend/join': {
    body: () => ({ invitation: LINK, name: 'Friend', configs: {} }),
    answers: everybody('404 bad_link'),
  },
  'POST /api/lend/work': { answers: everybody('401 no_token') },
  'POST /api/lend/leave': { answers: everybody('401 no_token') },
  'GET /api/lend/sources/:segment': { url: async () => '/api/lend/sources/0', answers: everybody('401 no_token') },
  'GET /api/lend/live': { answers: everybody('401 no_token') },
  'GET /api/lend/live/:segment/source': {
    url: async () => '/api/lend/live/0/source?from=0',
    answers: everybody('401 no_token'),
  },
  'POST /api/lend/live/:segment/parts': {
    url: async () => '/api/lend/live/0/parts',
    answers: everybody('401 no_token'),
  },
  'GET /api/lend/live/made/:track/:range': {
    url: async () => '/api/lend/live/made/v360/0-3',
    answers: everybody('401 no_token'),
  },
  'POST /api/lend/live/looks/:look': { url: async () => '/api/lend/live/looks/1', answers: everybody('401 no_token') },
  'POST /api/lend/results/:segment': { url: async () => '/api/lend/results/0', answers: everybody('401 no_token') },
  'POST /api/lend/results/:segment/done': {
    url: async () => '/api/lend/results/0/done',
    answers: everybody('401 no_token'),
  },
  'POST /api/uplink-probe': { body: () => ({}), answers: everybody('200') },

  // The tab uploads with the token of its broadcast; no session replaces it.
  'POST /ingest/:id/parts': { url: ofBroadcast('/ingest/:id/parts'), answers: everybody('401 no_token') },
  'PUT /ingest/:id/:track/:file': {
    url: ofBroadcast('/ingest/:id/v360/0-1of100.m4s'),
    answers: everybody('401 no_token'),
  },
  'POST /ingest/:id/start': { url: ofBroadcast('/ingest/:id/start'), answers: everybody('401 no_token') },
  'POST /ingest/:id/end': { url: ofBroadcast('/ingest/:id/end'), answers: everybody('401 no_token') },
  'POST /ingest/:id/cuts': { url: ofBroadcast('/ingest/:id/cuts'), answers: everybody('401 no_token') },
  'POST /ingest/:id/claim': { url: ofBroadcast('/ingest/:id/claim'), answers: everybody('401 no_token') },
  'GET /ingest/:id/state': { url: ofBroadcast('/ingest/:id/state'), answers: everybody('401 no_token') },
  'PUT /ingest/:id/thumbnails/:file': {
    url: ofBroadcast('/ingest/:id/thumbnails/0.jpg'),
    answers: everybody('401 no_token'),
  },
  'GET /ingest/:id/help': { url: ofBroadcast('/ingest/:id/help'), answers: everybody('401 no_token') },
  'PUT /ingest/:id/help/:segment': { url: ofBroadcast('/ingest/:id/help/0'), answers: everybody('401 no_token') },
  'DELETE /ingest/:id/help/:segment': { url: ofBroadcast('/ingest/:id/help/0'), answers: everybody('401 no_token') },
  'GET /ingest/:id/help/:segment/:track/:range': {
    url: ofBroadcast('/ingest/:id/help/0/v360/0-20'),
    answers: everybody('401 no_token'),
  },
  'POST /ingest/:id/help/:segment/verdict': {
    url: ofBroadcast('/ingest/:id/help/0/verdict'),
    answers: everybody('401 no_token'),
  },
  'POST /ingest/:id/help/looks': { url: ofBroadcast('/ingest/:id/help/looks'), answers: everybody('401 no_token') },
  'POST /ingest/:id/help/looks/:look': {
    url: ofBroadcast('/ingest/:id/help/looks/1'),
    answers: everybody('401 no_token'),
  },
  'DELETE /ingest/:id/helpers/:helper': {
    url: ofBroadcast(`/ingest/:id/helpers/${'x'.repeat(16)}`),
    answers: everybody('401 no_token'),
  },
  'PUT /ingest/:id/poster.jpg': { url: ofBroadcast('/ingest/:id/poster.jpg'), answers: everybody('401 no_token') },

  'GET /live/:id/:track/:file': { url: ofBroadcast('/live/:id/v360/0-0of100.m4s'), answers: ownerOnly('200') },
  'GET /live/:id/manifest.mpd': { url: ofBroadcast('/live/:id/manifest.mpd'), answers: ownerOnly('200') },
  'GET /live/:id/chunked.mpd': { url: ofBroadcast('/live/:id/chunked.mpd'), answers: ownerOnly('200') },
  'GET /live/:id/thumbnails/:file': { url: ofBroadcast('/live/:id/thumbnails/0.jpg'), answers: ownerOnly('200') },
  'GET /live/:id/poster.jpg': { url: ofBroadcast('/live/:id/poster.jpg'), answers: ownerOnly('200') },
  'OPTIONS /live/*': { url: ofBroadcast('/live/:id/manifest.mpd'), answers: everybody('204') },

  'GET /time': { answers: everybody('200') },
  'GET /healthz': { answers: everybody('200') },
  'GET /readyz': { answers: everybody('200') },
  'GET /': { answers: everybody('200') },
  'GET /studio': { answers: everybody('200') },
  'GET /ffmpeg/ffmpeg-core.js': { answers: everybody('404 no_fallback') },
  'GET /ffmpeg/ffmpeg-core.wasm': { answers: everybody('404 no_fallback') },
  'GET /ffmpeg/NOTICE.txt': { answers: everybody('404 no_fallback') },
  'GET /lend': { answers: everybody('200') },
  'GET /account': { answers: everybody('200') },
  'GET /admin': { answers: everybody('200') },
  'GET /capabilities': { answers: everybody('200') },
  'GET /watch/:id': { url: ofBroadcast('/watch/:id'), answers: everybody('200') },
  'GET /*': { url: async () => '/favicon.svg', answers: everybody('200') },
};

/** A HEAD is asked what its GET is. */
export const rowOf = (route: string): Row | undefined => ROWS[route.replace(/^HEAD /, 'GET ')];
