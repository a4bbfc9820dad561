import { HeadStart } from './play/head-start.ts';
import { askMe } from './ui/me.ts';
import { type Route, routeOf } from './ui/route.ts';
import { guardSinks } from './ui/trusted-types.ts';

guardSinks(window);

/**
 * One document for every page; each page's code is loaded only for its path. Pages are reached by full navigation,
 * because the headers that isolate the studio from other origins belong to a document.
 */
async function pageElement(route: Route): Promise<HTMLElement> {
  switch (route.kind) {
    case 'home':
      await import('./ui/home-page.ts');
      return document.createElement('home-page');
    case 'studio':
      await import('./ui/studio-page.ts');
      return document.createElement('studio-page');
    case 'watch': {
      // What the player will ask first, and who asks: on their way before the code that wants to know.
      const headStart = new HeadStart(route.broadcastId);
      void askMe();
      // The larger half of the page, fetched beside it and not after it; the page says so when it does not come.
      import('./play/tabcast-player.ts').catch(() => undefined);
      await import('./ui/watch-page.ts');
      const element = document.createElement('watch-page');
      element.setAttribute('broadcast-id', route.broadcastId);
      element.headStart = headStart;
      return element;
    }
    case 'account':
      await import('./ui/account-page.ts');
      return document.createElement('account-page');
    case 'admin':
      await import('./ui/admin-page.ts');
      return document.createElement('admin-page');
    case 'capabilities':
      await import('./ui/capabilities-page.ts');
      return document.createElement('capabilities-page');
    case 'lend':
      await import('./ui/lend-page.ts');
      return document.createElement('lend-page');
    case 'unknown':
      await import('./ui/not-found-page.ts');
      return document.createElement('not-found-page');
  }
}

/** A page's code that does not come (a server just updated, a broken line) must not leave an empty document. */
function loadFailureNote(): HTMLElement {
  const main = document.createElement('main');
  const sentence = document.createElement('p');
  sentence.textContent = 'This page did not load completely. Check your connection, then try again.';
  const button = document.createElement('button');
  button.textContent = 'Try again';
  button.addEventListener('click', () => location.reload());
  main.className = 'load-failure';
  main.append(sentence, button);
  return main;
}

try {
  document.body.append(await pageElement(routeOf(location.pathname)));
} catch {
  document.body.append(loadFailureNote());
}
