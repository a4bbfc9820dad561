import { hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^text\/|json|svg|wasm/;
const MIN_COMPRESSED_BYTES = 1024;
const RESCAN_AFTER_MS = 1000;

export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly identity: Buffer;
  /** Made when first asked for, kept. */
  encoded(encoding: 'br' | 'gzip'): Promise<Buffer>;
}

interface Listed {
  readonly file: Promise<StaticFile>;
  readonly mtimeMs: number;
  readonly size: number;
}

function staticFile(name: string, identity: Buffer): StaticFile {
  const type = TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
  const isCompressible = COMPRESSIBLE.test(type) && identity.length >= MIN_COMPRESSED_BYTES;
  const made = new Map<string, Promise<Buffer>>();
  const compress = (encoding: 'br' | 'gzip'): Promise<Buffer> =>
    encoding === 'gzip'
      ? promisify(gzip)(identity, { level: 9 })
      : promisify(brotliCompress)(identity, { params: { [zlib.BROTLI_PARAM_QUALITY]: 9 } });
  return {
    type,
    etag: `"${hash('sha256', identity, 'hex').slice(0, 32)}"`,
    identity,
    encoded(encoding) {
      if (!isCompressible) return Promise.resolve(identity);
      const bytes = made.get(encoding) ?? compress(encoding);
      made.set(encoding, bytes);
      return bytes;
    },
  };
}

/**
 * The built pages, by the URL path of each file. Paths are looked up in a list made from the folder, never built from
 * what a client sent. A new build is noticed without a restart.
 */
export class StaticFiles {
  readonly #directory: string;
  readonly #nowMs: () => number;
  #files: ReadonlyMap<string, Listed> = new Map();
  #scannedMs = Number.NEGATIVE_INFINITY;
  #scanning: Promise<void> | undefined;

  constructor(directory: string, nowMs: () => number) {
    this.#directory = directory;
    this.#nowMs = nowMs;
  }

  async get(urlPath: string): Promise<StaticFile | undefined> {
    if (this.#nowMs() - this.#scannedMs > RESCAN_AFTER_MS) {
      this.#scanning ??= this.#scan().finally(() => {
        this.#scanning = undefined;
        this.#scannedMs = this.#nowMs();
      });
      await this.#scanning;
    }
    return await this.#files.get(urlPath)?.file;
  }

  async #scan(): Promise<void> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = new Map<string, Listed>();
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const full = path.join(entry.parentPath, entry.name);
      const facts = await stat(full).catch(() => undefined);
      if (facts === undefined) continue;
      const url = `/${path.relative(this.#directory, full).split(path.sep).join('/')}`;
      const known = this.#files.get(url);
      if (known?.mtimeMs === facts.mtimeMs && known.size === facts.size) {
        files.set(url, known);
        continue;
      }
      const file = readFile(full).then((bytes) => staticFile(entry.name, bytes));
      file.catch(() => files.delete(url));
      files.set(url, { file, mtimeMs: facts.mtimeMs, size: facts.size });
    }
    this.#files = files;
  }
}
