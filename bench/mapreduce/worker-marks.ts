import type { Page } from '@playwright/test';

/** What happened in a worker of the page, by the wall clock. */
export interface Mark {
  readonly atMs: number;
  /** The worker's file, without its hash. */
  readonly worker: string;
  readonly what:
    | 'started'
    | 'decoder'
    | 'into-decoder'
    | 'out-of-decoder'
    | 'encoder'
    | 'into-encoder'
    | 'out-of-encoder'
    | 'flush'
    | 'flushed'
    | 'closed'
    | 'request'
    | 'answer'; // prettier-ignore
  /** Decoders and encoders are counted in their worker. */
  readonly coder?: number;
  readonly height?: number;
  readonly timestamp?: number;
  readonly path?: string;
  readonly bytes?: number;
}

/** Notes decoders, encoders and requests of a page's workers. `take` gives what was noted since it was last asked. */
export const workerNotes = {
  edit: (script: string): string => `(${install.toString()})();\n${script}`,
  prepare: async (page: Page): Promise<void> => {
    // The workers' own workers are begun from a blob.
    await (await page.context().newCDPSession(page)).send('Page.setBypassCSP', { enabled: true });
    await page.addInitScript(() => {
      const marks: unknown[] = [];
      Object.assign(globalThis, { benchMarks: marks });
      new BroadcastChannel('bench-marks').onmessage = ({ data }) => marks.push(...data);
    });
  },
  take: (page: Page): Promise<readonly Mark[]> =>
    page.evaluate(() => (globalThis as unknown as { benchMarks: Mark[] }).benchMarks.splice(0)),
};

/** Runs in the page's scripts; must not use anything from outside. */
function install(): void {
  interface Scope {
    readonly document?: unknown;
    readonly workerName?: string;
    readonly location: Location;
    hasMarks?: boolean;
  }
  const scope = globalThis as unknown as Scope;
  if (scope.document !== undefined || scope.hasMarks === true) return;
  scope.hasMarks = true;
  const worker = scope.workerName ?? scope.location.pathname.split('/').at(-1)?.split('-')[0] ?? '';
  const channel = new BroadcastChannel('bench-marks');
  let waiting: object[] = [];
  let coders = 0;
  const note = (what: string, more: object = {}): void => {
    if (waiting.length === 0)
      setTimeout(() => {
        channel.postMessage(waiting);
        waiting = [];
      }, 50);
    waiting.push({ atMs: performance.timeOrigin + performance.now(), worker, what, ...more });
  };
  note('started');
  const script = (text: string): string => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const PlainWorker = globalThis.Worker;
  globalThis.Worker = class extends PlainWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      const name = String(url).split('/').at(-1)?.split('-')[0];
      const first = script(`globalThis.workerName = '${name}'; (${install.toString()})();`);
      super(script(`import '${first}'; import '${String(new URL(url, scope.location.href))}';`), options);
    }
  };
  const { VideoDecoder: Decoder, VideoEncoder: Encoder, fetch: plainFetch } = globalThis;
  globalThis.VideoDecoder = class extends Decoder {
    readonly coder: number;
    constructor(init: VideoDecoderInit) {
      const coder = ++coders;
      super({
        ...init,
        output: (frame) => {
          note('out-of-decoder', { coder, timestamp: frame.timestamp });
          init.output(frame);
        },
      });
      this.coder = coder;
      note('decoder', { coder });
    }
    override decode(chunk: EncodedVideoChunk): void {
      note('into-decoder', { coder: this.coder, timestamp: chunk.timestamp });
      super.decode(chunk);
    }
    override async flush(): Promise<void> {
      note('flush', { coder: this.coder });
      await super.flush();
      note('flushed', { coder: this.coder });
    }
    override close(): void {
      note('closed', { coder: this.coder });
      super.close();
    }
  };
  globalThis.VideoEncoder = class extends Encoder {
    readonly of: { readonly coder: number; height: number };
    constructor(init: VideoEncoderInit) {
      const of = { coder: ++coders, height: 0 };
      super({
        ...init,
        output: (chunk, metadata) => {
          note('out-of-encoder', { ...of, timestamp: chunk.timestamp });
          init.output(chunk, metadata);
        },
      });
      this.of = of;
    }
    override configure(config: VideoEncoderConfig): void {
      this.of.height = config.height;
      note('encoder', this.of);
      super.configure(config);
    }
    override encode(frame: VideoFrame, options?: VideoEncoderEncodeOptions): void {
      note('into-encoder', { ...this.of, timestamp: frame.timestamp });
      super.encode(frame, options);
    }
    override async flush(): Promise<void> {
      note('flush', this.of);
      await super.flush();
      note('flushed', this.of);
    }
    override close(): void {
      note('closed', this.of);
      super.close();
    }
  };
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : input instanceof URL ? input.href : input;
    const path = url.replace(/^https?:\/\/[^/]+/, '');
    const body = init?.body;
    note('request', { path, bytes: body instanceof Uint8Array ? body.byteLength : 0 });
    const answer = await plainFetch(input, init);
    note('answer', { path });
    return answer;
  };
}
