import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import { css } from 'lit';

/**
 * Web Awesome's own icon libraries point to a foreign CDN or to `data:` URLs that its loader fetches; both are what
 * our content policy refuses. The few icons its components draw by themselves come from one file of ours.
 */
const ownSprite = { resolver: (name: string) => `/icons.svg#${name}`, spriteSheet: true };
registerIconLibrary('default', ownSprite);
registerIconLibrary('system', ownSprite);

/** The names that the components we use read, said in our own tokens; for the element that contains them. */
export const webawesomeTheme = css`
  :host {
    --wa-transition-fast: var(--tc-motion-fast);
    --wa-transition-normal: var(--tc-motion-slow);
    --wa-transition-slow: var(--tc-motion-slow);
    --wa-transition-easing: ease;
    --wa-font-size-s: var(--tc-text-s);
    --wa-font-weight-semibold: var(--tc-weight-medium);
    --wa-border-radius-pill: var(--tc-radius-pill);
    --wa-color-surface-default: var(--tc-color-surface);
    --wa-color-neutral-fill-normal: var(--tc-color-surface-sunken);
    --wa-color-neutral-fill-quiet: var(--tc-color-surface-sunken);
    --wa-color-neutral-on-quiet: var(--tc-color-text-quiet);
    --wa-color-brand-fill-loud: var(--tc-color-accent);
    --wa-color-brand-on-loud: var(--tc-color-on-accent);
    --wa-form-control-height: var(--tc-target);
    --wa-form-control-border-radius: var(--tc-radius-m);
    --wa-focus-ring: var(--tc-focus-width) solid var(--tc-color-focus);
    --wa-focus-ring-offset: var(--tc-focus-gap);
  }
`;
