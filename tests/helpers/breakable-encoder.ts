import type { Page } from '@playwright/test';

/**
 * A VideoEncoder that fails for good at the heights that the channel names, however often it is made anew; or that
 * swallows from its next picture on that need not be a key frame, and says nothing.
 */
export const BREAKABLE = `
  const RealEncoder = VideoEncoder;
  const running = new Set();
  let broken = [];
  self.VideoEncoder = class extends RealEncoder {
    constructor(init) { super(init); this.onError = init.error; running.add(this); }
    configure(config) { super.configure(config); this.height = config.height; this.breakDown(); }
    encode(picture, options) {
      this.isSwallowing ||= this.mayHang && !options.keyFrame;
      if (!this.isSwallowing) super.encode(picture, options);
    }
    breakDown() {
      if (!broken.includes(this.height)) return;
      setTimeout(() => {
        if (this.state === 'closed') return;
        super.close();
        this.onError(new DOMException('taken away by the test', 'OperationError'));
      }, 50);
    }
  };
  new BroadcastChannel('break-encoders').onmessage = ({ data }) => {
    broken = data;
    for (const encoder of running) encoder.breakDown();
  };
  new BroadcastChannel('hang-encoders').onmessage = ({ data }) => {
    for (const encoder of running) encoder.mayHang ||= encoder.height === data;
  };
`;

export const breakEncoders = (page: Page, heights: readonly number[]): Promise<void> =>
  page.evaluate((broken) => new BroadcastChannel('break-encoders').postMessage(broken), heights);

export const hangEncoder = (page: Page, height: number): Promise<void> =>
  page.evaluate((hung) => new BroadcastChannel('hang-encoders').postMessage(hung), height);
