/** Longer than anybody watches without a server: what is not kept is waited for, and no end comes before it. */
const OPEN_END = 'PT86400S';

/**
 * A kept manifest for the time without a server. It is read from a `blob:`, so its names are made absolute; a live one
 * is told as a recording that goes on, because nothing asks for another manifest or for the time then.
 */
export function offlineManifest(manifest: string, folderUrl: string): string {
  const base = `<BaseURL>${folderUrl.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</BaseURL>`;
  const rooted = manifest.replace(/<Period\b/, `${base}<Period`);
  if (!/<MPD[^>]*\stype="dynamic"/.test(rooted)) return rooted;
  return rooted
    .replace(/(<MPD[^>]*\s)type="dynamic"/, `$1type="static" mediaPresentationDuration="${OPEN_END}"`)
    .replace(/(<MPD[^>]*?)\sminimumUpdatePeriod="[^"]*"/, '$1')
    .replace(/<UTCTiming\b[^>]*\/>/g, '')
    .replace(/<ServiceDescription\b[\s\S]*?<\/ServiceDescription>/g, '');
}
