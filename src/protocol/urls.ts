import { VIEW_PIECES } from './grid.ts';
import { isTrackId, type TrackId } from './track.ts';

/** Nothing else builds or reads a media or ingest URL (SPEC MEDIA1..MEDIA6). */
export const BROADCAST_ID_PATTERN = /^[a-z0-9]{16}$/;
export const isBroadcastId = (text: string): boolean => BROADCAST_ID_PATTERN.test(text);

export const pages = {
  home: '/',
  studio: '/studio',
  watch: (id: string) => `/watch/${id}`,
  account: '/account',
  admin: '/admin',
  lend: '/lend',
} as const;

export const api = {
  broadcasts: '/api/broadcasts',
  broadcast: (id: string) => `/api/broadcasts/${id}`,
  /** `POST`: throws the body away and says how many bytes came; the uplink probe. */
  uplinkProbe: '/api/uplink-probe',
  /** `POST {viewer}` every 10 s while a page plays: how many are watching. */
  watching: (id: string) => `/api/broadcasts/${id}/watching`,
  positions: '/api/positions',
  position: (id: string) => `/api/positions/${id}`,
  positionsExport: '/api/positions/export',
  time: '/time',
  health: '/healthz',
} as const;

/** The encoder for browsers without one: there when whoever runs the origin installed it (docs/dependencies.md). */
export const fallbackEncoder = {
  script: '/ffmpeg/ffmpeg-core.js',
  wasm: '/ffmpeg/ffmpeg-core.wasm',
  notice: '/ffmpeg/NOTICE.txt',
  install: 'npm install @ffmpeg/core@0.12',
} as const;

/** Accounts (SPEC ACCOUNT). */
export const auth = {
  me: '/api/auth/me',
  signUp: '/api/auth/sign-up',
  logIn: '/api/auth/log-in',
  logOut: '/api/auth/log-out',
  recover: '/api/auth/recover',
  reset: '/api/auth/reset',
  password: '/api/auth/password',
  recoveryCodes: '/api/auth/recovery-codes',
  deleteAccount: '/api/auth/delete-account',
  sessions: '/api/auth/sessions',
  session: (id: string) => `/api/auth/sessions/${id}`,
  passkeyOptions: '/api/auth/passkeys/options',
  passkeys: '/api/auth/passkeys',
  passkey: (id: string) => `/api/auth/passkeys/${id}`,
  passkeyLogInOptions: '/api/auth/passkey-log-in/options',
  passkeyLogIn: '/api/auth/passkey-log-in',
  links: '/api/auth/links',
  claim: '/api/auth/claim',
} as const;

/** For administrators (SPEC ADMIN). */
export const admin = {
  status: '/api/admin/status',
  invitations: '/api/admin/invitations',
  invitation: (id: string) => `/api/admin/invitations/${id}`,
  accounts: '/api/admin/accounts',
  account: (id: string) => `/api/admin/accounts/${id}`,
  resetLink: (id: string) => `/api/admin/accounts/${id}/reset-link`,
} as const;

export const ACCOUNT_LINK_KINDS = ['invitation', 'reset', 'first-admin'] as const;
export type AccountLinkKind = (typeof ACCOUNT_LINK_KINDS)[number];

/** The token travels in the fragment, which no server and no `Referer` sees. */
export const accountLink = (kind: AccountLinkKind, token: string): string => `${pages.account}#${kind}=${token}`;

/** Reads `location.hash`; undefined when it is no link of ours. */
export function parseAccountLink(hash: string): { kind: AccountLinkKind; token: string } | undefined {
  const [, name, token] = /^#([a-z-]{1,20})=([\w-]{43})$/.exec(hash) ?? [];
  const kind = ACCOUNT_LINK_KINDS.find((known) => known === name);
  return kind === undefined || token === undefined ? undefined : { kind, token };
}

/** The creator's side of helpers (SPEC LEND). */
export const help = {
  invitations: (id: string) => `/api/broadcasts/${id}/lend-invitations`,
  invitation: (id: string, invitation: string) => `/api/broadcasts/${id}/lend-invitations/${invitation}`,
  state: (id: string) => `/ingest/${id}/help`,
  job: (id: string, segment: number | string) => `/ingest/${id}/help/${segment}`,
  /** The parts `[from, to)` of a track that a helper brought, one after the other. */
  result: (id: string, segment: number | string, track: TrackId, from: number | string, to: number | string) =>
    `/ingest/${id}/help/${segment}/${track}/${from}-${to}`,
  verdict: (id: string, segment: number | string) => `/ingest/${id}/help/${segment}/verdict`,
  looks: (id: string) => `/ingest/${id}/help/looks`,
  look: (id: string, look: number | string) => `/ingest/${id}/help/looks/${look}`,
  helper: (id: string, helper: string) => `/ingest/${id}/helpers/${helper}`,
} as const;

/** A helper's side. */
export const lend = {
  look: '/api/lend/look',
  join: '/api/lend/join',
  work: '/api/lend/work',
  leave: '/api/lend/leave',
  source: (segment: number | string) => `/api/lend/sources/${segment}`,
  result: (segment: number | string) => `/api/lend/results/${segment}`,
  done: (segment: number | string) => `/api/lend/results/${segment}/done`,
  live: '/api/lend/live',
  /** The rendition that the others are made from, from part `from` (within the segment) on, streamed while it grows. */
  liveSource: (segment: number | string, from: number) => `/api/lend/live/${segment}/source?from=${from}`,
  liveParts: (segment: number | string) => `/api/lend/live/${segment}/parts`,
  /** For whoever looks: the parts `[from, to)` of a track, one after the other. */
  liveMade: (track: TrackId, range: string) => `/api/lend/live/made/${track}/${range}`,
  liveLook: (look: number | string) => `/api/lend/live/looks/${look}`,
} as const;

export const lendLink = (token: string): string => `${pages.lend}#${token}`;

/** Reads `location.hash`; undefined when it is no invitation. */
export const parseLendLink = (hash: string): string | undefined => /^#([\w-]{43})$/.exec(hash)?.[1];

/** `init.mp4`, or `init-<segment>.mp4` where another encoder took over (SPEC CUT6). */
export const initFile = (segment: number): string => (segment === 0 ? 'init.mp4' : `init-${segment}.mp4`);

export const live = {
  manifest: (id: string, partMs: number) => `/live/${id}/manifest.mpd?part=${partMs}`,
  chunkedManifest: (id: string) => `/live/${id}/chunked.mpd`,
  poster: (id: string) => `/live/${id}/poster.jpg`,
  /** The small pictures of one segment, side by side (SPEC THUMB). */
  strip: (id: string, segment: number) => `/live/${id}/thumbnails/${segment}.jpg`,
  /** `segment`: the first that it describes; 0 for what a track began with. */
  init: (id: string, track: TrackId, segment = 0) => `/live/${id}/${track}/${initFile(segment)}`,
  segment: (id: string, track: TrackId, segment: number) => `/live/${id}/${track}/${segment}.m4s`,
  /** The segment from part `from` (within the segment) on, streamed while it grows. */
  feed: (id: string, track: TrackId, segment: number, from: number) =>
    `/live/${id}/${track}/${segment}.m4s?from=${from}`,
  piece: (id: string, track: TrackId, segment: number, piece: number, pieces: number) =>
    `/live/${id}/${track}/${segment}-${piece}of${pieces}.m4s`,
} as const;

export const ingest = {
  start: (id: string) => `/ingest/${id}/start`,
  parts: (id: string) => `/ingest/${id}/parts`,
  init: (id: string, track: TrackId, segment = 0) => `/ingest/${id}/${track}/${initFile(segment)}`,
  part: (id: string, track: TrackId, segment: number, part: number, partsPerSegment: number) =>
    `/ingest/${id}/${track}/${segment}-${part}of${partsPerSegment}.m4s`,
  poster: (id: string) => `/ingest/${id}/poster.jpg`,
  strip: (id: string, segment: number) => `/ingest/${id}/thumbnails/${segment}.jpg`,
  end: (id: string) => `/ingest/${id}/end`,
  state: (id: string) => `/ingest/${id}/state`,
  claim: (id: string) => `/ingest/${id}/claim`,
  cuts: (id: string) => `/ingest/${id}/cuts`,
} as const;

export type MediaName =
  /** `segment`: the first that it describes. */
  | { readonly kind: 'init'; readonly track: TrackId; readonly segment: number }
  | { readonly kind: 'segment'; readonly track: TrackId; readonly segment: number }
  | {
      readonly kind: 'piece';
      readonly track: TrackId;
      readonly segment: number;
      readonly piece: number;
      readonly pieces: number;
    };

const INIT_FILE = /^init-([1-9][0-9]{0,6})\.mp4$/;
const SEGMENT_FILE = /^(0|[1-9][0-9]{0,6})(?:-(0|[1-9][0-9]{0,2})of([1-9][0-9]{0,2}))?\.m4s$/;

/** The segment of `thumbnails/<file>`; undefined for anything else. */
export function parseStripName(file: string): number | undefined {
  const number = /^(0|[1-9][0-9]{0,6})\.jpg$/.exec(file)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Reads `<track>/<file>` of a media URL; undefined for anything that is not exactly one of the shapes above. */
export function parseMediaName(track: string, file: string): MediaName | undefined {
  if (!isTrackId(track)) return undefined;
  if (file === initFile(0)) return { kind: 'init', track, segment: 0 };
  const later = INIT_FILE.exec(file)?.[1];
  if (later !== undefined) return { kind: 'init', track, segment: Number(later) };
  const match = SEGMENT_FILE.exec(file);
  if (match === null) return undefined;
  const segment = Number(match[1]);
  if (match[2] === undefined) return { kind: 'segment', track, segment };
  const piece = Number(match[2]);
  const pieces = Number(match[3]);
  if (piece >= pieces || !(VIEW_PIECES as readonly number[]).includes(pieces)) return undefined;
  return { kind: 'piece', track, segment, piece, pieces };
}

/** The `<id>/<track>/<file>` of an absolute or relative media URL, for the player's request interceptor. */
export function parseMediaUrl(url: string): { id: string; name: MediaName } | undefined {
  const match = /\/live\/([a-z0-9]{16})\/([a-z0-9]{2,8})\/([^/?#]+)(?:[?#].*)?$/.exec(url);
  if (match === null) return undefined;
  const [, id = '', track = '', file = ''] = match;
  const name = parseMediaName(track, file);
  return name === undefined ? undefined : { id, name };
}
