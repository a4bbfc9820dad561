import type { Job, JobAnswer, JobResult } from './job.ts';

/** Makes the worker that calls this do one job and answer it. */
export function answerJob(work: (job: Job) => Promise<JobResult>): void {
  addEventListener('message', (event: MessageEvent<Job>) => {
    work(event.data).then(
      (result) => {
        const answer: JobAnswer = { ok: true, result };
        postMessage(answer, { transfer: result.files.map((file) => file.buffer) });
      },
      (error: unknown) => {
        const answer: JobAnswer = {
          ok: false,
          why: error instanceof Error ? (error.stack ?? error.message) : String(error),
        };
        postMessage(answer);
      },
    );
  });
}
