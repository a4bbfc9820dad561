import { spawn } from 'node:child_process';
import { AUDIO_TIMESCALE } from '../../src/protocol/grid.ts';
import { probePackets } from './ffprobe.ts';
import type { NumberedSource } from './numbered-sources.ts';

const LOUD = 0.05;
const QUIET_BEFORE_S = 0.3;

/** Media seconds at which a beep begins after a silence, in `init` and the segments behind it. */
export async function beepTimes(...pieces: readonly Uint8Array[]): Promise<number[]> {
  const [first] = await probePackets(...pieces);
  const samples = await decodedSound(...pieces);
  const times: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (const [i, sample] of samples.entries()) {
    if (Math.abs(sample) < LOUD) continue;
    if (i - lastLoud > QUIET_BEFORE_S * AUDIO_TIMESCALE) times.push((first?.ptsS ?? 0) + i / AUDIO_TIMESCALE);
    lastLoud = i;
  }
  return times;
}

/**
 * How long after the picture it belongs to each beep is heard, in milliseconds: the median. `numbers` are shown from media
 * second 0 on, one a slot.
 */
export function soundLagMs(
  numbers: readonly number[],
  { rate, from }: NumberedSource,
  frameRate: number,
  beeps: readonly number[],
): number {
  const shownAt = numbers.flatMap((n, slot) =>
    (n - from) % rate === 0 && n !== numbers[slot - 1] ? [slot / frameRate] : [],
  );
  const lags = shownAt.map((at) =>
    beeps.reduce((best, beep) => (Math.abs(beep - at) < Math.abs(best) ? beep - at : best), Number.POSITIVE_INFINITY),
  );
  return (lags.sort((a, b) => a - b)[Math.floor(lags.length / 2)] ?? Number.NaN) * 1000;
}

/** Of one channel, at 48 kHz. */
export async function decodedSound(...pieces: readonly Uint8Array[]): Promise<Float32Array> {
  const args = ['-v', 'error', '-i', '-', '-ac', '1', '-ar', String(AUDIO_TIMESCALE), '-f', 'f32le', '-'];
  const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(Buffer.concat(pieces));
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const raw = Buffer.concat(chunks);
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length - (raw.length % 4)));
}
