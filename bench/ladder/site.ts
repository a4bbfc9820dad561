import { createReadStream, createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
const workerFile = (name: string): string => fileURLToPath(new URL(`../../workers/${name}.ts`, import.meta.url));

/** A page, and the files of `workers/` that its `product.d.ts` declares. */
export interface BenchPage {
  readonly page: string;
  readonly product: readonly string[];
}

const LADDER: BenchPage = { page: PAGE, product: ['encode-core', 'encoder-probe', 'picture-scaler'] };
const CORE = fileURLToPath(new URL('../../node_modules/@ffmpeg/core/dist/esm/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.mp4': 'video/mp4',
};
const SAFE_NAME = /^[\w-]+(\.[\w-]+)+$/;

export interface Site {
  readonly url: string;
  close(): void;
}

/** Builds the page as the product is built and serves it, the clip and the WASM core; takes the files that are made. */
export async function openSite(clip: string, workFolder: string, what: BenchPage = LADDER): Promise<Site> {
  const built = join(workFolder, 'page');
  const made = join(workFolder, 'out');
  mkdirSync(made, { recursive: true });
  await build({
    configFile: false,
    root: what.page,
    logLevel: 'warn',
    build: { outDir: built, emptyOutDir: true, target: 'es2023' },
    worker: { format: 'es' },
    resolve: { alias: Object.fromEntries(what.product.map((name) => [`tabcast:${name}`, workerFile(name)])) },
  });
  const server = createServer((request, response) => {
    const [, folder = '', name = ''] = /^\/(?:(assets|core|ffmpeg|out)\/)?([^/]*)$/.exec(request.url ?? '') ?? [];
    const isSafe = name === '' || SAFE_NAME.test(name);
    const answer = async (): Promise<void> => {
      if (!isSafe) response.statusCode = 404;
      else if (request.method === 'PUT' && folder === 'out')
        await pipeline(request, createWriteStream(join(made, name)));
      else {
        const file = fileFor(folder, name, built, clip);
        if (existsSync(file)) {
          // As the studio is: threads may share memory.
          response.setHeader('cross-origin-opener-policy', 'same-origin');
          response.setHeader('cross-origin-embedder-policy', 'require-corp');
          response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
          await pipeline(createReadStream(file), response);
          return;
        }
        response.statusCode = 404;
      }
      response.end();
    };
    answer().catch(() => response.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}/`, close: () => server.close() };
}

function fileFor(folder: string, name: string, built: string, clip: string): string {
  // The second is where the product looks for it.
  if (folder === 'core' || folder === 'ffmpeg') return join(CORE, name);
  if (folder === 'assets') return join(built, 'assets', name);
  return name === 'clip.mp4' ? clip : join(built, name === '' ? 'index.html' : name);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('the server has no port'));
    });
  });
}
