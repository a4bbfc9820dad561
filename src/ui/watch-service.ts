const SCRIPT = '/watch-service.js';
/** Only addresses of watch pages: no other page ever meets it. */
const SCOPE = '/watch/';
/** The first seconds of the line belong to the picture. */
const AFTER_MS = 5000;

let isAsked = false;

/**
 * Called while it plays; a little later this browser can show the watch page without the server. Where that is not
 * possible (plain HTTP, other people's pages), the page needs the server.
 */
export function keepWatchPage(): void {
  if (isAsked || window.top !== window || !('serviceWorker' in navigator)) return;
  isAsked = true;
  setTimeout(() => {
    navigator.serviceWorker.register(SCRIPT, { scope: SCOPE }).catch(() => undefined);
  }, AFTER_MS);
}
