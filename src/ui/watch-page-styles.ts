import { css } from 'lit';

/** Where things lie on the watch page. */
export const watchPageStyles = css`
  nav {
    display: flex;
    align-items: center;
    max-width: var(--tc-page-width);
    min-height: 3.75rem;
    margin-inline: auto;
    padding: var(--tc-space-1) var(--tc-gutter);
  }
  nav a {
    display: inline-flex;
    align-items: center;
    gap: var(--tc-space-3);
    min-height: var(--tc-target);
    color: var(--tc-color-text);
    font-size: var(--tc-text-l);
    font-weight: var(--tc-weight-bold);
    text-decoration: none;
  }
  main {
    max-width: var(--tc-page-width);
    margin-inline: auto;
    padding: 0 var(--tc-gutter) var(--tc-space-7);
  }
  .stage {
    position: relative;
    overflow: hidden;
    aspect-ratio: 16 / 9;
    max-height: calc(100dvh - 9.5rem);
    width: 100%;
    margin-inline: auto;
    border-radius: var(--tc-radius-l);
    background: var(--tc-color-video-backdrop);
    color: var(--tc-color-on-video);
  }
  .stage.idle {
    cursor: none;
  }
  video {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  player-notice {
    position: absolute;
    inset: 0;
  }
  .with-controls player-notice {
    bottom: 5.5rem;
  }
  player-controls {
    position: absolute;
    inset: auto 0 0;
    transition: opacity var(--tc-motion-slow);
  }
  .stage.idle player-controls:not(:focus-within) {
    opacity: 0;
  }
  player-statistics {
    position: absolute;
    top: var(--tc-space-3);
    left: var(--tc-space-3);
  }
  .about {
    display: grid;
    gap: var(--tc-space-2);
    padding-block: var(--tc-space-4);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--tc-space-3);
  }
  h1 {
    font-size: var(--tc-text-xl);
    overflow-wrap: anywhere;
  }
  @media (max-width: 40rem) {
    main {
      padding-inline: 0;
    }
    .stage {
      height: max(56.25vw, 15rem);
      min-height: 0;
      border-radius: 0;
      aspect-ratio: auto;
    }
    .about {
      padding-inline: var(--tc-gutter);
    }
  }
`;
