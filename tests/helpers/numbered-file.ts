import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probePackets, runProgram } from './ffprobe.ts';

/** The number is written into the picture as this many upright bars, white for one, the lowest bit on the left. */
export const NUMBER_BITS = 12;
const BRIGHT = 128;

export interface NumberedFile {
  /** Arguments of ffmpeg between the inputs and the file's name. */
  readonly output: string;
  readonly extension: 'mp4' | 'mkv' | 'webm' | 'y4m';
  readonly size: string;
  readonly rate: number;
  readonly seconds: number;
  readonly hasSound: boolean;
  /** A filter after the number was drawn. */
  readonly filter?: string;
  /** Arguments with which the file is copied once more, for what only metadata can say. */
  readonly remux?: string;
}

/** A file in which picture `n` shows the number `n`; made once by native ffmpeg and kept in the temporary folder. */
export async function numberedFile(wanted: NumberedFile): Promise<string> {
  const { size, rate, seconds, filter } = wanted;
  const bars = `geq=lum='if(mod(floor(N/pow(2,X)),2),235,16)':cb=128:cr=128`;
  const picture = `color=black:s=${NUMBER_BITS}x2:r=${rate}:d=${seconds},format=yuv444p,${bars},scale=${size}:flags=neighbor,setsar=1,format=yuv420p`;
  const folder = join(tmpdir(), 'tabcast-clips');
  const key = createHash('sha256')
    .update(JSON.stringify([wanted, picture]))
    .digest('hex')
    .slice(0, 16);
  const file = join(folder, `numbered-${key}.${wanted.extension}`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${randomUUID()}.${wanted.extension}`);
  await ffmpeg([
    '-f',
    'lavfi',
    '-i',
    filter === undefined ? picture : `${picture},${filter}`,
    ...(wanted.hasSound ? ['-f', 'lavfi', '-t', String(seconds), '-i', 'sine=f=440:r=44100'] : []),
    ...wanted.output.split(' '),
    draft,
  ]);
  if (wanted.remux === undefined) await rename(draft, file);
  else {
    const second = join(folder, `${randomUUID()}.${wanted.extension}`);
    await ffmpeg(['-i', draft, '-c', 'copy', ...wanted.remux.split(' '), second]);
    await rename(second, file);
  }
  return file;
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram('ffmpeg', ['-v', 'error', '-y', ...args]);
  if (code !== 0) throw new Error(`ffmpeg: ${stderr}`);
}

/** The same of a live, for each slot from its first picture on: one that was left out shows what the one before does. */
export async function numbersInSlots(bytes: Uint8Array, rate: number, turnBack = ''): Promise<number[]> {
  const [numbers, packets] = [await numbersShown(bytes, turnBack), await probePackets(bytes)];
  const slots = packets.map(({ ptsS }) => Math.round((ptsS - (packets[0]?.ptsS ?? 0)) * rate));
  return numbers.flatMap((number, i) =>
    Array.from({ length: (slots[i + 1] ?? (slots[i] ?? 0) + 1) - (slots[i] ?? 0) }, () => number),
  );
}

/** The numbers that the pictures of a track show, in the order in which they are shown. */
export async function numbersShown(bytes: Uint8Array, turnBack = ''): Promise<number[]> {
  const filter = `${turnBack}scale=${NUMBER_BITS}:1:flags=area,format=gray`;
  const args = ['-v', 'error', '-i', '-', '-fps_mode', 'passthrough', '-vf', filter, '-f', 'rawvideo', '-'];
  const raw = await new Promise<Buffer>((resolve, reject) => {
    const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(chunks)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
  });
  return Array.from({ length: raw.length / NUMBER_BITS }, (_, i) => {
    let number = 0;
    for (let bit = 0; bit < NUMBER_BITS; bit++) if ((raw[i * NUMBER_BITS + bit] ?? 0) > BRIGHT) number += 2 ** bit;
    return number;
  });
}
