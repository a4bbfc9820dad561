import { BlobSource, BufferTarget, Conversion, Input, MP4, Mp4OutputFormat, Output } from 'mediabunny';
import { FRAME_RATE, GOP_FRAMES } from '../rungs.ts';
import { answerJob } from './answer-job.ts';
import type { Job, JobResult } from './job.ts';

/** Its documented way to make several variants of one track: one Conversion, one array element for each. */
async function convert({ clip, frames, rungs }: Job): Promise<JobResult> {
  const target = new BufferTarget();
  const conversion = await Conversion.init({
    input: new Input({ source: new BlobSource(clip), formats: [MP4] }),
    output: new Output({ format: new Mp4OutputFormat({ fastStart: false }), target }),
    trim: { start: 0, end: frames / FRAME_RATE },
    video: rungs.map(({ width, height, bitrateBps }) => ({
      width,
      height,
      fit: 'fill',
      codec: 'avc',
      bitrate: bitrateBps,
      keyFrameInterval: GOP_FRAMES / FRAME_RATE,
    })),
  });
  await conversion.execute();
  if (target.buffer === null) throw new Error('mediabunny made no file');
  return { frames, files: [new Uint8Array(target.buffer)] };
}

answerJob(convert);
