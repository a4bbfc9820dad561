import { EncodeCore } from 'tabcast:encode-core';
import { PictureScaler } from 'tabcast:picture-scaler';
import { writeVideoInit } from '../../../src/package/cmaf-init.ts';
import { writePart } from '../../../src/package/cmaf-part.ts';
import { type ClosedPart, VideoAssembler } from '../../../src/package/part-assembler.ts';
import { DEFAULT_GRID, isKeySlot, VIDEO_TIMESCALE } from '../../../src/protocol/grid.ts';
import { millis } from '../../../src/protocol/time.ts';
import { answerJob } from './answer-job.ts';
import { decodedFrames } from './frame-source.ts';
import type { Job, JobResult } from './job.ts';

/** Frames inside each encoder: enough that a slow frame of one encoder does not hold up the others. */
const IN_FLIGHT = 8;

/** The product's own path: one decoder, its picture scaler, its encode core, its assembler, its CMAF parts. */
async function transcode({ clip, frames, rungs, scaling, encoder }: Job): Promise<JobResult> {
  const renditions = rungs.map((rung) => ({ ...rung, track: `v${rung.height}` }));
  const lanes = new Map(
    renditions.map((rendition) => [
      rendition.track,
      { rendition, assembler: new VideoAssembler(rendition.track, DEFAULT_GRID), pieces: [] as Uint8Array[] },
    ]),
  );
  const keep = (part: ClosedPart | undefined): void => {
    if (part === undefined) return;
    const { partsPerSegment } = DEFAULT_GRID;
    const { samples } = part;
    const bytes = writePart({ kind: 'video', part: part.part, partsPerSegment, capturedAtMs: millis(0), samples });
    lanes.get(part.track)?.pieces.push(bytes);
  };
  let failure: Error | undefined;
  const core = await EncodeCore.open(
    {
      renditions,
      frameRate: DEFAULT_GRID.frameRate,
      gopSeconds: DEFAULT_GRID.gopSeconds,
      latencyMode: 'quality',
      encoders: [encoder],
    },
    {
      onConfig: (track, avcC) => {
        const lane = lanes.get(track);
        if (lane === undefined || lane.pieces.length > 0) return;
        lane.pieces.push(writeVideoInit({ ...lane.rendition, timescale: VIDEO_TIMESCALE }, avcC));
      },
      onFrame: ({ track, slot, isKey, data }) => keep(lanes.get(track)?.assembler.add(slot, isKey, data)),
      onLost: (track, slots) => {
        failure = new Error(`the encoder of ${track} lost the slots ${slots.join(', ')}`);
      },
      onError: (_track, error) => {
        failure = error;
      },
    },
  );
  const [top] = rungs;
  const scaler = top === undefined || scaling === 'encoders' ? undefined : new PictureScaler(top);
  let slot = 0;
  try {
    for await (const frame of decodedFrames(clip, frames)) {
      try {
        await core.ready(IN_FLIGHT);
        if (failure !== undefined) throw failure;
        const picture = (await scaler?.scale(frame)) ?? frame;
        try {
          core.encode(picture, slot, isKeySlot(slot, DEFAULT_GRID));
          slot++;
        } finally {
          picture.close();
        }
      } finally {
        frame.close();
      }
    }
    await core.flush();
  } finally {
    core.close();
  }
  for (const { assembler } of lanes.values()) keep(assembler.flush());
  return { frames: slot, files: [...lanes.values()].map(({ pieces }) => concat(pieces)) };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

answerJob(transcode);
