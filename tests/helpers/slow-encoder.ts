import type { Page } from '@playwright/test';

/**
 * Pictures come out of every encoder, the browser's or the fallback's, one at a time and as many milliseconds apart as
 * the channel says; 0 is at once.
 */
export const SLOWABLE = `
  let pictureMs = 0;
  new BroadcastChannel('slow-encoders').onmessage = ({ data }) => { pictureMs = data; };
  const inTurn = () => {
    let last = Promise.resolve();
    return (isPicture, then) => {
      last = last
        .then(() => isPicture && pictureMs && new Promise((resolve) => setTimeout(resolve, pictureMs)))
        .then(then);
    };
  };
  self.VideoEncoder &&= class extends VideoEncoder {
    constructor(init) {
      const turn = inTurn();
      super({ ...init, output: (...chunk) => turn(true, () => init.output(...chunk)) });
    }
  };
  self.Worker = class extends Worker {
    set onmessage(take) {
      const turn = inTurn();
      super.onmessage = (event) => turn(event.data.kind === 'frame', () => take(event));
    }
  };
`;

export const slowDown = (page: Page, pictureMs: number): Promise<void> =>
  page.evaluate((ms) => new BroadcastChannel('slow-encoders').postMessage(ms), pictureMs);
