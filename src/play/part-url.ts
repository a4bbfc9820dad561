interface Base64Bytes {
  toBase64?(): string;
}

const TYPE = 'video/mp4';

/**
 * A URL whose answer is these bytes, for a player that only takes URLs. `data:` where the browser writes base64 by
 * itself: it is read in the page's own process, while a `blob:` takes two trips to the browser's [measured on 2 busy
 * cores: the slowest 2 % of sound parts reach the media source 40 ms sooner].
 */
export function urlOf(bytes: Uint8Array<ArrayBuffer>): string {
  const base64 = (bytes as Base64Bytes).toBase64?.();
  return base64 === undefined
    ? URL.createObjectURL(new Blob([bytes], { type: TYPE }))
    : `data:${TYPE};base64,${base64}`;
}

/** True for what `urlOf` makes: asking for it says nothing about the line. */
export const isLocalUrl = (url: string): boolean => url.startsWith('data:') || url.startsWith('blob:');
