import type { Page } from '@playwright/test';
import { STUDIO_STATES, type StudioStateName } from './pages-studio-states.ts';

/** What the view asked of its controller, in order: `goLive`, `setMuted true`. */
declare global {
  interface Window {
    studioWishes: string[];
  }
}

/**
 * Puts `<studio-view>` of the built page into one state, with a controller that only notes what it is asked. The page
 * itself, its headers and its code are the origin's; what a real controller does is for the tests that go live.
 */
export async function showStudio(page: Page, name: StudioStateName, patch: object = {}): Promise<void> {
  await page.evaluate(() => customElements.whenDefined('studio-view').then(() => undefined));
  await page.evaluate(
    async (state) => {
      document.querySelector('studio-page')?.remove();
      const known = document.querySelector('studio-view');
      const view = (known ?? document.createElement('studio-view')) as HTMLElement & {
        state: unknown;
        actions: unknown;
        updateComplete: Promise<boolean>;
      };
      window.studioWishes ??= [];
      view.actions ??= new Proxy(
        {},
        {
          get: (_target, method) => (argument: string | boolean | undefined) => {
            window.studioWishes.push([String(method), argument].filter((word) => word !== undefined).join(' '));
            return String(argument).includes('broken')
              ? Promise.reject(new Error('The camera “broken” is in use by another program. Close that program.'))
              : Promise.resolve();
          },
        },
      );
      const { phase } = state;
      const isLive = phase.kind === 'live';
      const hasPicture = ['ready', 'starting', 'live', 'ending', 'failed'].includes(phase.kind);
      view.state = {
        ...state,
        phase: isLive ? { ...phase, startedAtMs: Date.now() - 754_000 } : phase,
        preview: hasPicture ? document.createElement('canvas').captureStream(1) : undefined,
      };
      if (known === null) document.body.append(view);
      await view.updateComplete;
    },
    { ...STUDIO_STATES[name], ...patch },
  );
}

export const studioWishes = (page: Page): Promise<string[]> => page.evaluate(() => window.studioWishes);
