/** What of the Trusted Types API is used here; TypeScript's DOM library does not know it yet. */
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string | null }): unknown;
}

/** Scripts come from this origin, or were made by this page. */
export const isOwnScript = (url: string, pageUrl: string): boolean =>
  URL.canParse(url, pageUrl) && new URL(url, pageUrl).origin === new URL(pageUrl).origin;

/**
 * Before anything else runs: workers start only from scripts of our own, and text is never markup. Browsers without
 * Trusted Types go without; the content policy names what may be made (SECURITY.md).
 */
export function guardSinks(page: Window): void {
  const { trustedTypes } = page as Window & { readonly trustedTypes?: TrustedTypesFactory };
  trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => (isOwnScript(url, page.location.href) ? url : null),
  });
}
