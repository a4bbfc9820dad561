import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

const WATCH_PAGE_LIMIT_KB = 300;
const WATCH_SERVICE = 'watch-service';
const WATCH_LIST = 'watch-files.json';

const COMMON =
  /vite\/preload-helper|\/src\/(?:protocol\/(?:urls|grid|track|time|errors)|lib\/(?:backoff|clock-sync)|play\/(?:head-start|piece-size|broadcast-watch|origin-clock|kept-store|build)|ui\/(?:me|ask-origin|time-words))\.ts/;

type Bundle = Rolldown.OutputBundle;

/** The files a viewer's browser fetches before the first frame, in the order of need: document, script, page, player. */
function watchPageFiles(bundle: Bundle): Set<string> {
  const files = new Set<string>();
  const add = (name: string, followsDynamic: boolean): void => {
    const chunk = bundle[name];
    if (chunk === undefined || files.has(name)) return;
    files.add(name);
    if (chunk.type !== 'chunk') return;
    for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
    for (const next of chunk.imports) add(next, followsDynamic);
    if (followsDynamic) for (const next of chunk.dynamicImports) add(next, true);
  };
  const all = Object.entries(bundle);
  for (const [name, chunk] of all) {
    if (chunk.type === 'asset' && name.endsWith('.html')) files.add(name);
    if (chunk.type === 'chunk' && chunk.isEntry && chunk.name !== WATCH_SERVICE) add(name, false);
  }
  for (const [name, chunk] of all) if (chunk.type === 'chunk' && chunk.name === 'watch-page') add(name, true);
  return files;
}

/** Tells the weight of the watch page after every build, and warns when it grew over its limit. */
function watchPageWeight(): Plugin {
  return {
    name: 'watch-page-weight',
    apply: 'build',
    writeBundle(_options, bundle) {
      let bytes = 0;
      for (const name of watchPageFiles(bundle)) {
        const file = bundle[name];
        if (file !== undefined) bytes += gzipSync(file.type === 'chunk' ? file.code : file.source).length;
      }
      const weight = `The watch page weighs ${Math.round(bytes / 1000)} kB gzip before play (limit ${WATCH_PAGE_LIMIT_KB}).`;
      if (bytes > WATCH_PAGE_LIMIT_KB * 1000) this.warn(weight);
      else process.stdout.write(`${weight}\n`);
    },
  };
}

/** Tells the watch page's service worker which files it keeps, and gives every build a worker of its own. */
function watchServiceFiles(): Plugin {
  return {
    name: 'watch-service-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const service = Object.values(bundle).find((chunk) => chunk.type === 'chunk' && chunk.name === WATCH_SERVICE);
      if (service?.type !== 'chunk') this.error('the service worker of the watch page was not built');
      const files = JSON.stringify([...watchPageFiles(bundle)].sort());
      const version = createHash('sha256').update(files).digest('hex').slice(0, 16);
      service.code = `self.WATCH_FILES=${files};self.WATCH_VERSION="${version}";${service.code}`;
    },
  };
}

/** For the origin, which names them in a header of the watch page: all are fetched at once, not one after another. */
function watchPageList(): Plugin {
  return {
    name: 'watch-page-list',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = [...watchPageFiles(bundle)].filter((name) => /\.(?:js|css)$/.test(name));
      this.emitFile({ type: 'asset', fileName: WATCH_LIST, source: `${JSON.stringify(files)}\n` });
    },
  };
}

export default defineConfig({
  // dash.js alone is over the size at which the bundler starts to warn; the limit that counts is the one above.
  build: {
    target: 'es2023',
    sourcemap: true,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { index: 'index.html', [WATCH_SERVICE]: 'workers/watch-service.ts' },
      output: {
        // A browser has six connections to a plain HTTP server: what every page needs comes as one file.
        codeSplitting: { groups: [{ name: 'common', test: COMMON }] },
        // A service worker has one address for ever; everything else is named by its bytes.
        entryFileNames: ({ name }) => (name === WATCH_SERVICE ? `${name}.js` : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  plugins: [watchServiceFiles(), watchPageList(), watchPageWeight()],
});
