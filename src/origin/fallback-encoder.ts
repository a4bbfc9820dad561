import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

export interface FallbackPlaces {
  /** Folder of the package @ffmpeg/core; need not be there. */
  readonly packageDir: string;
  /** Holds `ffmpeg-core-<version>.wasm.gz`, made by `npm start`; need not be there. */
  readonly cacheDir: string;
}

export interface FallbackFile {
  readonly type: string;
  readonly etag: string;
  readonly encoding: 'gzip' | undefined;
  readonly bytes: number;
  /** From the disk: 32 MB that hardly anybody asks for have no place in memory. */
  open(): Readable;
}

const NAMES = ['ffmpeg-core.js', 'ffmpeg-core.wasm'] as const;
export type FallbackName = (typeof NAMES)[number];
const TYPES: Readonly<Record<FallbackName, string>> = {
  'ffmpeg-core.js': 'text/javascript; charset=utf-8',
  'ffmpeg-core.wasm': 'application/wasm',
};

export const fallbackVersion = async ({ packageDir }: FallbackPlaces): Promise<string | undefined> => {
  const text = await readFile(path.join(packageDir, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { version } = JSON.parse(text) as { readonly version?: unknown };
  return typeof version === 'string' && /^[\w.-]{1,40}$/.test(version) ? version : undefined;
};

/** The file as it is now, so that a package that is added needs no restart; undefined when it is not installed. */
export async function fallbackFile(
  places: FallbackPlaces,
  name: FallbackName,
  acceptsGzip: boolean,
): Promise<FallbackFile | undefined> {
  const version = await fallbackVersion(places);
  if (version === undefined) return undefined;
  const plain = path.join(places.packageDir, 'dist', 'esm', name);
  const packed = path.join(places.cacheDir, name.replace('core', `core-${version}`).concat('.gz'));
  for (const [file, encoding] of [
    [packed, 'gzip'],
    [plain, undefined],
  ] as const) {
    if (encoding === 'gzip' && !acceptsGzip) continue;
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isFile() !== true) continue;
    const etag = `"${version}-${encoding ?? 'plain'}-${facts.size}"`;
    return { type: TYPES[name], etag, encoding, bytes: facts.size, open: () => createReadStream(file) };
  }
  return undefined;
}

/** The terms of what is served beside it: the GNU GPL asks whoever hands out the binary to offer its exact source. */
export const fallbackNotice = (version: string): string => `Fallback encoder: FFmpeg in WebAssembly

The files ffmpeg-core.js and ffmpeg-core.wasm beside this notice are the npm package @ffmpeg/core ${version}, unchanged.
They contain software of the FFmpeg project (https://ffmpeg.org), of x264 (https://www.videolan.org/developers/x264.html)
and of x265, and are licensed under the GNU General Public License, version 2 or later
(https://www.gnu.org/licenses/old-licenses/gpl-2.0.html). They come WITHOUT ANY WARRANTY.

Source of this version, with the scripts that build it and the versions of everything inside:
  https://github.com/ffmpegwasm/ffmpeg.wasm/tree/v${version}
Package: https://www.npmjs.com/package/@ffmpeg/core/v/${version}

Tabcast itself contains none of it. A browser loads it from this server, into a worker of its own, and only where the
browser cannot encode video by itself. Whoever runs this server may remove it: npm uninstall @ffmpeg/core
`;
