import { LendJob } from './lend-job.ts';
import type { FromLend, ToLend } from './lend-messages.ts';

let job: LendJob | undefined;

self.onmessage = ({ data }: MessageEvent<ToLend>): void => {
  switch (data.kind) {
    case 'look':
      job = new LendJob(data.invitation, data.baseUrl, (state) => {
        const message: FromLend = { kind: 'state', state };
        self.postMessage(message);
      });
      void job.look();
      break;
    case 'help':
      void job?.help(data.name);
      break;
    case 'stop':
      job?.stop();
      break;
  }
};
