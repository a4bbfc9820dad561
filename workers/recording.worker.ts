import { RecordingJob, type RecordingJobOptions } from './recording-job.ts';
import type { FromRecording, RecordingState, ToRecording } from './recording-messages.ts';
import { keptUploads } from './upload-sessions.ts';

let job: RecordingJob | undefined;

const onState = (state: RecordingState): void => {
  const message: FromRecording = { kind: 'state', state };
  self.postMessage(message);
};

function begin(options: Omit<RecordingJobOptions, 'onState'>): void {
  job = new RecordingJob({ ...options, onState });
  void job.run();
}

async function resume({ file, broadcastId, baseUrl }: Extract<ToRecording, { kind: 'resume' }>): Promise<void> {
  const kept = (await keptUploads()).find(({ id }) => id === broadcastId);
  if (kept !== undefined) begin({ file, broadcast: kept.broadcast, baseUrl, handle: kept.handle, kept });
}

self.onmessage = ({ data }: MessageEvent<ToRecording>): void => {
  switch (data.kind) {
    case 'start':
      begin({ ...data, kept: undefined });
      break;
    case 'resume':
      void resume(data);
      break;
    case 'pause':
      job?.pause();
      break;
    case 'go-on':
      job?.goOn();
      break;
    case 'retry':
      job?.retry();
      break;
    case 'helpers-changed':
      job?.askForHelp();
      break;
  }
};
