import { Playout } from './playout.ts';
import type { FromPlayout, ToPlayout } from './playout-messages.ts';

const post = (message: FromPlayout): void => self.postMessage(message);
let playout: Playout | undefined;

self.onmessage = ({ data }: MessageEvent<ToPlayout>): void => {
  switch (data.kind) {
    case 'open':
      playout = new Playout(data, post);
      break;
    case 'play':
      playout?.play();
      break;
    case 'pause':
      playout?.pause();
      break;
    case 'rewind':
      playout?.rewind();
      break;
    case 'loop':
      if (playout !== undefined) playout.isLooped = data.isOn;
      break;
  }
};
