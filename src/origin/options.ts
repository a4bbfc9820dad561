import { DEFAULT_BROADCAST_BY } from '../accounts/permissions.ts';
import { BROADCAST_BY, type BroadcastBy } from '../protocol/accounts.ts';

import { SILENCE_RULES, type SilenceRules } from './lifecycle.ts';
import type { RetentionRules } from './retention.ts';

/** What the command line and the environment ask for. */
export interface CliOptions {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  /** Who may make a broadcast; the default when not said. */
  readonly broadcastBy: BroadcastBy | undefined;
  readonly retention: RetentionRules;
  readonly silence: SilenceRules;
  readonly mediaCacheBytes: number | undefined;
  readonly trustProxy: number | string | undefined;
  readonly metricsToken: string | undefined;
  /** Files in PEM; both or none. */
  readonly tlsFiles: { readonly cert: string; readonly key: string } | undefined;
}

export type CliRequest =
  | { readonly kind: 'run'; readonly options: CliOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

const FLAGS: Readonly<Record<string, { readonly variable: string; readonly help: string }>> = {
  port: { variable: 'PORT', help: 'port to listen on (8080)' },
  host: { variable: 'HOST', help: 'address to listen on (0.0.0.0, every network of this machine)' },
  'broadcast-by': {
    variable: 'BROADCAST_BY',
    help: `who may broadcast: ${BROADCAST_BY.join(', ')} (${DEFAULT_BROADCAST_BY})`,
  },
  'data-dir': { variable: 'DATA_DIR', help: 'where recordings and the database are kept (./data)' },
  'public-url': { variable: 'PUBLIC_URL', help: 'address others use, e.g. https://live.example.org' },
  'retention-days': { variable: 'RETENTION_DAYS', help: 'days after which recordings are deleted (never)' },
  'max-storage-bytes': {
    variable: 'MAX_STORAGE_BYTES',
    help: 'size of all media, e.g. 500GB; the oldest recordings make room (no limit)',
  },
  'media-cache': {
    variable: 'MEDIA_CACHE',
    help: 'memory for finished media that several viewers read, e.g. 1GB; 0: none (128MB)',
  },
  'interrupted-after': { variable: 'INTERRUPTED_AFTER', help: 'seconds of silence until a stream is interrupted (90)' },
  'ended-after': { variable: 'ENDED_AFTER', help: 'seconds of silence until it is over (1800)' },
  'trust-proxy': {
    variable: 'TRUST_PROXY',
    help: 'whose X-Forwarded-For counts: number of proxies, addresses, or loopback (nobody)',
  },
  'metrics-token': { variable: 'METRICS_TOKEN', help: 'what a collector on another machine sends to /metrics' },
  cert: { variable: 'TLS_CERT', help: 'certificate in PEM; with --key: HTTPS and HTTP/2' },
  key: { variable: 'TLS_KEY', help: 'private key in PEM' },
};

export const HELP = `Usage: npm start -- [options]

Every option can be given in the environment too.

${Object.entries(FLAGS)
  .map(([flag, { variable, help }]) => `  --${flag.padEnd(18)} ${variable.padEnd(18)} ${help}`)
  .join('\n')}
  --help
`;

const wrong = (message: string): CliRequest => ({ kind: 'wrong', message });

/** `--name value` and `--name=value`; a flag counts more than the environment. */
export function readCli(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CliRequest {
  const given = new Map<string, string>();
  for (const [flag, { variable }] of Object.entries(FLAGS)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') given.set(flag, value);
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--help' || arg === '-h') return { kind: 'help' };
    const [name = '', inline] = arg.replace(/^--/, '').split(/=(.*)/s, 2);
    if (!arg.startsWith('--') || !(name in FLAGS)) return wrong(`Unknown option ${arg}. See --help.`);
    const value = inline ?? args[++i];
    if (value === undefined || value === '') return wrong(`--${name} needs a value. See --help.`);
    given.set(name, value);
  }
  return check(given);
}

function check(given: ReadonlyMap<string, string>): CliRequest {
  const portText = given.get('port') ?? '8080';
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535) return wrong(`${portText} is not a port. Use 0 to 65535.`);
  const publicText = given.get('public-url');
  const publicUrl = publicText === undefined ? undefined : publicOrigin(publicText);
  if (publicText !== undefined && publicUrl === undefined)
    return wrong(`${publicText} is not a public address. Use https://host or http://host:port, without a path.`);
  const cert = given.get('cert');
  const key = given.get('key');
  if ((cert === undefined) !== (key === undefined)) return wrong('--cert and --key belong together. Give both.');
  const broadcastText = given.get('broadcast-by');
  const broadcastBy = BROADCAST_BY.find((known) => known === broadcastText);
  if (broadcastText !== undefined && broadcastBy === undefined)
    return wrong(`${broadcastText} cannot broadcast. Use one of ${BROADCAST_BY.join(', ')}.`);
  const limits = readLimits(given);
  if (typeof limits === 'string') return wrong(limits);
  const options: CliOptions = {
    ...limits,
    host: given.get('host') ?? '0.0.0.0',
    port,
    dataDir: given.get('data-dir') ?? 'data',
    publicUrl,
    broadcastBy,
    tlsFiles: cert === undefined || key === undefined ? undefined : { cert, key },
  };
  return { kind: 'run', options };
}

type Limits = Pick<CliOptions, 'retention' | 'silence' | 'mediaCacheBytes' | 'trustProxy' | 'metricsToken'>;

const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function bytesOf(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^([0-9]{1,15})([KMGT]B)?$/.exec(text) ?? [];
  return digits === '' ? undefined : Number(digits) * (UNITS[unit] ?? 1);
}

/** A string is what is wrong with them. */
function readLimits(given: ReadonlyMap<string, string>): Limits | string {
  const numbers = new Map<string, number>();
  for (const name of ['retention-days', 'interrupted-after', 'ended-after']) {
    const text = given.get(name);
    if (text === undefined) continue;
    if (!/^[0-9]{1,6}$/.test(text) || Number(text) === 0) return `--${name} is a whole number from 1, not ${text}.`;
    numbers.set(name, Number(text));
  }
  const sizes = new Map<string, number>();
  for (const name of ['max-storage-bytes', 'media-cache']) {
    const text = given.get(name);
    if (text === undefined) continue;
    const bytes = bytesOf(text);
    if (bytes === undefined) return `${text} is not a size. Use 500GB or 500000000000.`;
    sizes.set(name, bytes);
  }
  const secondsOf = (name: string, otherwiseMs: number): number => {
    const seconds = numbers.get(name);
    return seconds === undefined ? otherwiseMs : seconds * 1000;
  };
  const silence = {
    interruptedAfterMs: secondsOf('interrupted-after', SILENCE_RULES.interruptedAfterMs),
    endedAfterMs: secondsOf('ended-after', SILENCE_RULES.endedAfterMs),
  };
  if (silence.endedAfterMs <= silence.interruptedAfterMs)
    return '--ended-after must be longer than --interrupted-after.';
  const proxyText = given.get('trust-proxy');
  if (proxyText !== undefined && !/^(?:[0-9]{1,2}|[0-9a-zA-Z.:/, ]{3,500})$/.test(proxyText))
    return `${proxyText} names no proxy. Use a number of proxies, their addresses, or loopback.`;
  const metricsToken = given.get('metrics-token');
  if (metricsToken !== undefined && !/^[\w-]{16,128}$/.test(metricsToken))
    return 'The token of --metrics-token has 16 to 128 letters, digits, - and _.';
  const trustProxy = proxyText !== undefined && /^[0-9]+$/.test(proxyText) ? Number(proxyText) : proxyText;
  return {
    retention: { days: numbers.get('retention-days'), maxBytes: sizes.get('max-storage-bytes') },
    mediaCacheBytes: sizes.get('media-cache'),
    silence,
    trustProxy,
    metricsToken,
  };
}

function publicOrigin(text: string): string | undefined {
  const match = /^(https?:\/\/[A-Za-z0-9.[\]:-]+?)\/?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return match[1].toLowerCase();
}
