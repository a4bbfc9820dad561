import { FFmpeg } from '@ffmpeg/ffmpeg';
import { ladderArguments } from '../x264.ts';
import type { Job, JobResult } from './job.ts';

/** The core is loaded, and the clip is in its file system, before the clock starts. */
export async function openWasm(clip: Blob): Promise<(job: Job) => Promise<JobResult>> {
  const ffmpeg = new FFmpeg();
  await ffmpeg.load({ coreURL: '/core/ffmpeg-core.js', wasmURL: '/core/ffmpeg-core.wasm' });
  await ffmpeg.writeFile('clip.mp4', new Uint8Array(await clip.arrayBuffer()));
  return async ({ frames, rungs }) => {
    const names = rungs.map(({ height }) => `out-${height}.mp4`);
    const lines: string[] = [];
    const listen = ({ message }: { message: string }): void => void lines.push(message);
    ffmpeg.on('log', listen);
    const status = await ffmpeg.exec(ladderArguments('clip.mp4', names, rungs, frames, 'ultrafast'));
    ffmpeg.off('log', listen);
    if (status !== 0) throw new Error(`ffmpeg.wasm ended with ${status}\n${lines.slice(-8).join('\n')}`);
    const files: Uint8Array<ArrayBuffer>[] = [];
    for (const name of names) {
      const bytes = await ffmpeg.readFile(name);
      if (typeof bytes === 'string') throw new Error(`${name} came back as text`);
      files.push(new Uint8Array(bytes));
    }
    return { frames, files };
  };
}
