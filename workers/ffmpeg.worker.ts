import { CorePool, type FfmpegCore } from '../src/encode/ffmpeg-core.ts';
import type { FlvSample } from '../src/encode/flv-samples.ts';
import { ListSource, type PictureSource, RingSource } from '../src/encode/picture-ring.ts';
import type { X264Run } from '../src/encode/x264-arguments.ts';
import type { FromFfmpeg, ToFfmpeg } from './messages.ts';

/** The core's own script; nothing of it is in this build. */
interface CoreScript {
  default(options: {
    readonly mainScriptUrlOrBlob: string;
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
  }): Promise<FfmpegCore>;
}

let pool: CorePool | undefined;
/** One after another: a run blocks this thread, and waiting for an instance does not. */
let last: Promise<void> = Promise.resolve();

const post = (message: FromFfmpeg, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.onmessage = ({ data }: MessageEvent<ToFfmpeg>): void => {
  last = last
    .then(() => handle(data))
    .catch((cause: unknown) =>
      post({ kind: 'failed', reason: cause instanceof Error ? cause.message : String(cause) }),
    );
};

async function handle(message: ToFfmpeg): Promise<void> {
  switch (message.kind) {
    case 'open': {
      const { module, scriptUrl } = message;
      const script = (await import(/* @vite-ignore */ scriptUrl)) as CoreScript;
      pool = new CorePool(() => instantiate(script, scriptUrl, module));
      await pool.take();
      post({ kind: 'ready' });
      break;
    }
    case 'follow':
      await encode(message.run, new RingSource(message.ring));
      break;
    case 'batch':
      await encode(message.run, new ListSource(message.pictures));
      break;
  }
}

async function encode(run: X264Run, source: PictureSource): Promise<void> {
  const core = await pool?.take();
  core?.run(run, source, tell);
}

function tell(sample: FlvSample): void {
  if (sample.kind === 'config') post(sample, [sample.avcC.buffer]);
  else post(sample, [sample.data.buffer]);
}

/** The script looks for its WASM by the address of its own; the module is compiled once and shared by all workers. */
function instantiate(script: CoreScript, scriptUrl: string, module: WebAssembly.Module): Promise<FfmpegCore> {
  return new Promise((resolve, reject) => {
    const places = btoa(JSON.stringify({ wasmURL: scriptUrl, workerURL: scriptUrl }));
    const core = script.default({
      mainScriptUrlOrBlob: `${scriptUrl}#${places}`,
      instantiateWasm: (imports, done) => {
        WebAssembly.instantiate(module, imports).then(done, reject);
        return {};
      },
    });
    core.then(resolve, reject);
  });
}
