/** The headers by which a browser says on whose behalf it asks. */
export interface Asking {
  readonly secFetchSite: string | undefined;
  readonly origin: string | undefined;
  /** `Host` or `:authority`. */
  readonly host: string | undefined;
  readonly publicUrl: string | undefined;
}

const hostOf = (url: string): string | undefined => {
  const match = /^https?:\/\/([^/?#@\s]+)$/i.exec(url);
  return match?.[1]?.toLowerCase();
};

/**
 * Whether a request that changes something comes from a page of this origin, or from no page at all (a person's own
 * script). Both headers count: a sibling subdomain is not this origin, and `null` is nobody's. Every browser of the
 * last years sends them, and what sends neither cannot be made to send JSON to another site without asking first.
 */
export function isSameOrigin({ secFetchSite, origin, host, publicUrl }: Asking): boolean {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none') return false;
  if (origin === undefined) return true;
  const asking = hostOf(origin);
  if (asking === undefined) return false;
  return asking === host?.toLowerCase() || (publicUrl !== undefined && asking === hostOf(publicUrl));
}
