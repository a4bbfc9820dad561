/** Security headers of the product's pages. Everything comes from the origin itself; nothing from third parties. */

const CSP = {
  'default-src': "'none'",
  'worker-src': "'self' blob:",
  // The component kit and the player set styles on elements.
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob: data:",
  'font-src': "'self' data:",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'object-src': "'none'",
  // Text becomes markup or a script's address only through Lit's templates and the pages' own policy.
  'require-trusted-types-for': "'script'",
  'trusted-types': 'lit-html default',
} as const;

/** A watch page may stand in other people's pages; a page that holds a camera or a token may not. */
const isEmbeddable = (path: string): boolean => path.startsWith('/watch/');

/** Only these need `SharedArrayBuffer`; isolation would keep `/watch` from being embedded. */
const isIsolated = (path: string): boolean => path === '/studio' || path === '/lend';

const COMMON = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const;

/** Encoders may be WebAssembly; nothing else is evaluated anywhere. */
const scripts = (path: string): string => (isIsolated(path) ? "'self' 'wasm-unsafe-eval'" : "'self'");

/** For the HTML of `path`. `publicOrigin` is where media and time come from when a public address was given. */
export function pageHeaders(path: string, publicOrigin: string | undefined): Readonly<Record<string, string>> {
  const connect = ["'self'", 'blob:', 'data:', ...(publicOrigin === undefined ? [] : [publicOrigin])].join(' ');
  const ancestors = isEmbeddable(path) ? '*' : "'none'";
  const policy = { ...CSP, 'script-src': scripts(path), 'connect-src': connect, 'frame-ancestors': ancestors };
  return {
    ...COMMON,
    'content-security-policy': Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join('; '),
    'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()',
    'cache-control': 'no-cache',
    ...(isIsolated(path)
      ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
      : {}),
  };
}

/** For scripts, styles and pictures: workers of an isolated page must say that they are isolated too. */
export const assetHeaders: Readonly<Record<string, string>> = {
  ...COMMON,
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};
