import type { LadderRung } from '../rungs.ts';
import type { EncoderId, Job, JobAnswer, JobResult } from './job.ts';
import type { ProbeAnswer, ProbeJob } from './probe.worker.ts';
import { openWasm } from './wasm.ts';

export type BrowserContestant = 'engine' | 'engine-scaled' | 'engine-wasm' | 'mediabunny' | 'wasm';

export interface PageTime {
  readonly frames: number;
  readonly seconds: number;
}

export interface LadderPage {
  /** Runs once and sends the files to `/out/<contestant>-<n>.mp4` after the clock has stopped. */
  run(contestant: BrowserContestant, frames: number, rungs: readonly LadderRung[]): Promise<PageTime>;
  /** Frames a second of one encoder of one rendition, for two seconds, with nothing beside it. */
  probe(rung: LadderRung, encoder: EncoderId): Promise<number>;
}

const createWorker = {
  engine: () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }),
  'engine-scaled': () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }),
  'engine-wasm': () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }),
  mediabunny: () => new Worker(new URL('./mediabunny.worker.ts', import.meta.url), { type: 'module' }),
} as const;

const clip = fetch('/clip.mp4').then((response) => response.blob());
let opened: ReturnType<typeof openWasm> | undefined;

async function wasm(): ReturnType<typeof openWasm> {
  opened ??= openWasm(await clip);
  return await opened;
}

/** A fresh worker for every run: its start is part of the time, as the start of the process is of native ffmpeg's. */
function inWorker(contestant: keyof typeof createWorker, job: Job): Promise<JobResult> {
  const worker = createWorker[contestant]();
  return new Promise<JobResult>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<JobAnswer>) =>
      data.ok ? resolve(data.result) : reject(new Error(data.why)),
    );
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

const page: LadderPage = {
  async run(contestant, frames, rungs) {
    const scaling = contestant === 'engine-scaled' ? 'once' : 'encoders';
    const encoder = contestant === 'engine-wasm' ? 'wasm' : 'webcodecs';
    const job: Job = { clip: await clip, frames, rungs, scaling, encoder };
    const work = contestant === 'wasm' ? await wasm() : undefined;
    const startedAt = performance.now();
    const done = contestant === 'wasm' ? await work?.(job) : await inWorker(contestant, job);
    const seconds = (performance.now() - startedAt) / 1000;
    if (done === undefined) throw new Error(`${contestant} gave nothing`);
    await Promise.all(
      done.files.map((body, i) => fetch(`/out/${contestant}-${i}.mp4`, { method: 'PUT', body: new Blob([body]) })),
    );
    return { frames: done.frames, seconds };
  },
  probe(rung, encoder) {
    const worker = new Worker(new URL('./probe.worker.ts', import.meta.url), { type: 'module' });
    return new Promise<number>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ProbeAnswer>) =>
        data.ok ? resolve(data.fps) : reject(new Error(data.why)),
      );
      worker.addEventListener('error', (event) => reject(new Error(event.message)));
      worker.postMessage({ rung, encoder } satisfies ProbeJob);
    }).finally(() => worker.terminate());
  },
};
(window as unknown as { ladder: LadderPage }).ladder = page;
