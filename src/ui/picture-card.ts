import { css } from 'lit';

/** A stream in a list: an `article` with its `.picture` and a heading whose link is as large as all of it. */
export const pictureCard = css`
  article {
    position: relative;
    display: grid;
  }
  .picture {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border: 1px solid var(--tc-color-border);
    border-radius: var(--tc-radius-l);
    background: linear-gradient(145deg, var(--tc-color-accent-soft), var(--tc-color-surface-sunken));
    color: var(--tc-color-accent-text);
  }
  img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
    background: var(--tc-color-video-backdrop);
  }
  h3 {
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  h3 a {
    color: inherit;
    text-decoration: none;
  }
  h3 a::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: var(--tc-radius-l);
  }
  h3 a:hover {
    text-decoration: underline;
  }
  h3 a:focus-visible {
    outline: none;
  }
  h3 a:focus-visible::after {
    outline: var(--tc-focus-width) solid var(--tc-color-focus);
    outline-offset: 4px;
  }
`;
