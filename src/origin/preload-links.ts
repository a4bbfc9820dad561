/** What a build leaves beside the pages: names of the files that the watch page needs before it can play. */
export const WATCH_FILES = '/watch-files.json';

/**
 * Value of a `Link` header [RFC 8288] that has a browser fetch all of them at once. Undefined where the list is missing
 * or is not one of files in this folder: the page then finds them one after another.
 */
export function preloadLinks(list: string): string | undefined {
  const names = namesIn(list);
  if (names === undefined || names.length === 0) return undefined;
  const links = names.map((name) =>
    name.endsWith('.css') ? `</${name}>; rel=preload; as=style; crossorigin` : `</${name}>; rel=modulepreload`,
  );
  return links.join(', ');
}

function namesIn(list: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(list);
    const isOurs = (name: unknown): name is string =>
      typeof name === 'string' && /^[\w./-]+\.(?:js|css)$/.test(name) && !name.includes('..');
    return Array.isArray(names) && names.every(isOurs) ? names : undefined;
  } catch {
    return undefined;
  }
}
