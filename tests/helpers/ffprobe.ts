import { spawn } from 'node:child_process';

export interface ProbedPacket {
  readonly ptsS: number;
  readonly durationS: number;
  readonly isKey: boolean;
  readonly bytes: number;
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with bytes on its standard input; never rejects on a bad exit code. */
export function runProgram(command: string, args: readonly string[], input?: Uint8Array): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    // A program that has seen enough closes its input; that is not our failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

interface RawPacket {
  readonly pts_time?: string;
  readonly duration_time?: string;
  readonly flags?: string;
  readonly size?: string;
}

/** Packets of `init` followed by segments or parts. Throws with ffprobe's words when it has any to say. */
export async function probePackets(...pieces: readonly Uint8Array[]): Promise<ProbedPacket[]> {
  const entries = 'packet=pts_time,duration_time,flags,size';
  const args = ['-v', 'error', '-show_entries', entries, '-of', 'json', '-'];
  const { code, stdout, stderr } = await runProgram('ffprobe', args, Buffer.concat(pieces));
  if (code !== 0 || stderr.trim() !== '') throw new Error(`ffprobe (${code}): ${stderr}`);
  const { packets = [] } = JSON.parse(stdout) as { packets?: RawPacket[] };
  return packets.map((packet) => ({
    ptsS: Number(packet.pts_time),
    durationS: Number(packet.duration_time),
    isKey: packet.flags?.startsWith('K') === true,
    bytes: Number(packet.size),
  }));
}

/** Decodes everything; throws on the first error. */
export async function decodeAll(...pieces: readonly Uint8Array[]): Promise<void> {
  const args = ['-v', 'error', '-xerror', '-i', '-', '-f', 'null', '-'];
  const { code, stderr } = await runProgram('ffmpeg', args, Buffer.concat(pieces));
  if (code !== 0 || stderr.trim() !== '') throw new Error(`ffmpeg (${code}): ${stderr}`);
}
