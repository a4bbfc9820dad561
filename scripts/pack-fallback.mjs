import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { root } from './install.mjs';

const packageDir = join(root, 'node_modules', '@ffmpeg', 'core');
const cacheDir = join(root, '.cache', 'ffmpeg');

/**
 * Packs the fallback encoder's 32 MB once, where it is installed: the server sends the file as it lies on the disk.
 * Without it, it sends the unpacked one.
 */
export async function ensurePacked(say) {
  const facts = join(packageDir, 'package.json');
  if (!existsSync(facts)) return;
  const { version } = JSON.parse(readFileSync(facts, 'utf8'));
  const packed = join(cacheDir, `ffmpeg-core-${version}.wasm.gz`);
  if (existsSync(packed)) return;
  say('Packing the fallback encoder. This takes some seconds, and only the first time.');
  mkdirSync(cacheDir, { recursive: true });
  const unfinished = `${packed}.${process.pid}`;
  const plain = createReadStream(join(packageDir, 'dist', 'esm', 'ffmpeg-core.wasm'));
  await pipeline(plain, createGzip({ level: 9 }), createWriteStream(unfinished));
  renameSync(unfinished, packed);
}
