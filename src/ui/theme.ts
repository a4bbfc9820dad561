import { css } from 'lit';

/**
 * Styles that every element shares, on top of the custom properties of `tokens.css` (which pass through shadow roots).
 * An element takes `base` always, and of the others what it shows: `static styles = [base, controls, css`…`]`.
 */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
  }
  ul,
  ol {
    padding: 0;
    list-style: none;
  }
  h1,
  h2,
  h3 {
    font-weight: var(--tc-weight-bold);
    line-height: var(--tc-leading-tight);
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  h1 {
    font-size: var(--tc-text-2xl);
  }
  h2 {
    font-size: var(--tc-text-l);
  }
  h3 {
    font-size: var(--tc-text-m);
  }
  p {
    text-wrap: pretty;
  }
  a {
    color: var(--tc-color-accent-text);
    text-underline-offset: 0.2em;
  }
  svg {
    display: block;
    flex: none;
  }
  :focus-visible {
    outline: var(--tc-focus-width) solid var(--tc-color-focus);
    outline-offset: var(--tc-focus-gap);
  }
  .quiet {
    color: var(--tc-color-text-quiet);
  }
  .small {
    font-size: var(--tc-text-s);
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** The width and gutters of a page's `<main>`. */
export const page = css`
  main {
    max-width: var(--tc-page-width);
    margin-inline: auto;
    padding: var(--tc-space-6) var(--tc-gutter) var(--tc-space-8);
  }
  main:focus {
    outline: none;
  }
`;

/** Buttons and links that look like them: `.button`, with `primary`, `danger`, `quiet-button` or `large`. */
export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--tc-space-2);
    min-height: var(--tc-target);
    padding: 0 var(--tc-space-4);
    border: 1px solid var(--tc-color-border-strong);
    border-radius: var(--tc-radius-m);
    background: var(--tc-color-surface);
    color: var(--tc-color-text);
    font: inherit;
    font-weight: var(--tc-weight-medium);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background-color var(--tc-motion-fast),
      border-color var(--tc-motion-fast);
  }
  .button:hover {
    background: var(--tc-color-surface-sunken);
  }
  .button.primary {
    border-color: transparent;
    background: var(--tc-color-accent);
    color: var(--tc-color-on-accent);
  }
  .button.primary:hover {
    background: var(--tc-color-accent-hover);
  }
  .button.danger {
    border-color: var(--tc-color-bad);
    color: var(--tc-color-bad);
  }
  .button.danger:hover {
    background: var(--tc-color-bad-soft);
  }
  .button.danger.filled {
    border-color: transparent;
    background: var(--tc-color-live);
    color: var(--tc-color-on-live);
  }
  .button.danger.filled:hover {
    filter: brightness(0.92);
  }
  .button.quiet-button {
    border-color: transparent;
    background: transparent;
  }
  .button.quiet-button:hover {
    background: var(--tc-color-surface-sunken);
  }
  .button.large {
    min-height: 3.25rem;
    padding: 0 var(--tc-space-5);
    font-size: var(--tc-text-l);
  }
  .button:disabled,
  .button[aria-disabled='true'] {
    border-color: var(--tc-color-border);
    background: var(--tc-color-surface-sunken);
    color: var(--tc-color-text-quiet);
    cursor: not-allowed;
    filter: none;
  }
`;

/** Boxes to tick; their words are pressed with them. */
export const boxes = css`
  [type='checkbox'] {
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--tc-color-accent);
  }
`;

/** A label above its native field: `.field` around `label` and `input` or `select`. */
export const fields = css`
  .field {
    display: grid;
    gap: var(--tc-space-2);
    min-width: 0;
  }
  .field label {
    font-size: var(--tc-text-s);
    font-weight: var(--tc-weight-medium);
  }
  .field input,
  .field select {
    width: 100%;
    min-height: var(--tc-target);
    padding: 0 var(--tc-space-3);
    border: 1px solid var(--tc-color-border-strong);
    border-radius: var(--tc-radius-m);
    background: var(--tc-color-surface);
    color: inherit;
    font: inherit;
    text-overflow: ellipsis;
  }
  .field input::placeholder {
    color: var(--tc-color-text-quiet);
    opacity: 1;
  }
  .field input:disabled,
  .field select:disabled {
    border-color: var(--tc-color-border);
    background: var(--tc-color-surface-sunken);
    color: var(--tc-color-text-quiet);
    opacity: 1;
  }
`;

/** `.card` for a block of its own, `.card.alone` where it is all there is, `.badge` for a word about it (`live`, `good`, `slow`, `bad`). */
export const surfaces = css`
  .card {
    padding: clamp(var(--tc-space-4), 4vw, var(--tc-space-5));
    border: 1px solid var(--tc-color-border);
    border-radius: var(--tc-radius-l);
    background: var(--tc-color-surface);
    box-shadow: var(--tc-shadow-1);
  }
  .card.alone {
    display: grid;
    gap: var(--tc-space-4);
    padding: clamp(var(--tc-space-5), 4vw, var(--tc-space-7));
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: var(--tc-space-1);
    padding: 0.1rem var(--tc-space-2);
    border-radius: var(--tc-radius-s);
    background: var(--tc-color-surface-sunken);
    color: var(--tc-color-text);
    font-size: var(--tc-text-xs);
    font-weight: var(--tc-weight-medium);
    line-height: 1.6;
    white-space: nowrap;
  }
  .badge.live {
    background: var(--tc-color-live);
    color: var(--tc-color-on-live);
  }
  .badge.good {
    background: var(--tc-color-good-soft);
    color: var(--tc-color-good);
  }
  .badge.slow {
    background: var(--tc-color-slow-soft);
    color: var(--tc-color-slow);
  }
  .badge.bad {
    background: var(--tc-color-bad-soft);
    color: var(--tc-color-bad);
  }
`;
