import type { SourcesJob, SourcesResult } from './job.ts';

type Answer = { readonly result: SourcesResult } | { readonly why: string };

export interface SourcesPage {
  compose(through: 'i420' | 'canvas', frames: number): Promise<SourcesResult>;
  /** The clip that this site serves, to its end, as fast as it goes. */
  decode(): Promise<SourcesResult>;
}

function work(job: SourcesJob): Promise<SourcesResult> {
  const worker = new Worker(new URL('./sources.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<SourcesResult>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) =>
      'why' in data ? reject(new Error(data.why)) : resolve(data.result),
    );
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

const page: SourcesPage = {
  compose: (through, frames) => work({ kind: 'compose', through, frames }),
  decode: async () => work({ kind: 'decode', clip: await (await fetch('/clip.mp4')).blob() }),
};
(window as unknown as { sources: SourcesPage }).sources = page;
