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
    --wa-space-2xs: var(--tc-space-1);
    --wa-space-xs: var(--tc-space-2);
    --wa-space-l: var(--tc-space-5);
    --wa-space-2xl: var(--tc-space-6);
    --wa-transition-fast: var(--tc-motion-fast);
    --wa-transition-normal: var(--tc-motion-slow);
    --wa-transition-slow: var(--tc-motion-slow);
    --wa-transition-easing: ease;
    --wa-font-size-xs: var(--tc-text-xs);
    --wa-font-size-s: var(--tc-text-s);
    --wa-font-size-m: var(--tc-text-m);
    --wa-font-size-l: var(--tc-text-xl);
    --wa-font-weight-heading: var(--tc-weight-bold);
    --wa-font-weight-action: var(--tc-weight-medium);
    --wa-font-weight-semibold: var(--tc-weight-medium);
    --wa-line-height-condensed: var(--tc-leading-tight);
    --wa-border-radius-pill: var(--tc-radius-pill);
    --wa-panel-border-radius: var(--tc-radius-l);
    --wa-shadow-l: var(--tc-shadow-2);
    --wa-color-surface-default: var(--tc-color-surface);
    --wa-color-surface-raised: var(--tc-color-surface-raised);
    --wa-color-overlay-modal: rgb(0 0 0 / 0.5);
    --wa-color-mix-hover: black 8%;
    --wa-color-mix-active: black 14%;
    --wa-color-neutral-fill-normal: var(--tc-color-surface-sunken);
    --wa-color-neutral-fill-quiet: var(--tc-color-surface-sunken);
    --wa-color-neutral-on-quiet: var(--tc-color-text-quiet);
    --wa-color-brand-fill-loud: var(--tc-color-accent);
    --wa-color-brand-on-loud: var(--tc-color-on-accent);
    --wa-form-control-height: var(--tc-target);
    --wa-form-control-padding-block: var(--tc-space-2);
    --wa-form-control-padding-inline: var(--tc-space-3);
    --wa-form-control-border-radius: var(--tc-radius-m);
    --wa-form-control-border-width: 1px;
    --wa-form-control-border-style: solid;
    --wa-focus-ring: var(--tc-focus-width) solid var(--tc-color-focus);
    --wa-focus-ring-offset: var(--tc-focus-gap);
    --wa-tooltip-content-color: var(--tc-color-page);
    --wa-tooltip-background-color: var(--tc-color-text);
    --wa-tooltip-border-color: var(--tc-color-text);
    --wa-tooltip-border-width: 0px;
    --wa-tooltip-border-style: solid;
    --wa-tooltip-border-radius: var(--tc-radius-s);
    --wa-tooltip-font-size: var(--tc-text-s);
    --wa-tooltip-line-height: 1.4;
    --wa-tooltip-arrow-size: 6px;
  }
`;
