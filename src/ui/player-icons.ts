import { html, svg, type TemplateResult } from 'lit';

/** Shapes of the player's controls, solid so that they read over any picture. Decoration beside names. */
const icon = (shape: TemplateResult): TemplateResult =>
  html`<svg aria-hidden="true" width="24" height="24" viewBox="0 0 24 24" fill="currentColor">${shape}</svg>`;

const outline = (shape: TemplateResult): TemplateResult =>
  html`<svg
    aria-hidden="true"
    width="24"
    height="24"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    ${shape}
  </svg>`;

export const playerIcons = {
  play: icon(
    svg`<path d="M8 5.200c0-.8.900-1.300 1.600-.9l10 6.800c.6.400.6 1.300 0 1.700l-10 6.800c-.7.500-1.600 0-1.600-.8z"/>`,
  ),
  pause: icon(
    svg`<rect x="6" y="4.500" width="4.200" height="15" rx="1.400"/><rect x="13.800" y="4.500" width="4.200" height="15" rx="1.400"/>`,
  ),
  loud: outline(
    svg`<path fill="currentColor" d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z"/><path d="M15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>`,
  ),
  quiet: outline(
    svg`<path fill="currentColor" d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z"/><path d="M15.500 9a4.200 4.200 0 0 1 0 6"/>`,
  ),
  mute: outline(
    svg`<path fill="currentColor" d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z"/><path d="m16 9.500 5 5M21 9.500l-5 5"/>`,
  ),
  settings: outline(
    svg`<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.500"/><circle cx="8" cy="17" r="2.500"/>`,
  ),
  pictureInPicture: outline(
    svg`<rect x="3" y="5" width="18" height="14" rx="2.500"/><rect x="12" y="11.500" width="6.500" height="5" rx="1" fill="currentColor"/>`,
  ),
  fullScreen: outline(
    svg`<path d="M4 9V6a2 2 0 0 1 2-2h3M15 4h3a2 2 0 0 1 2 2v3M20 15v3a2 2 0 0 1-2 2h-3M9 20H6a2 2 0 0 1-2-2v-3"/>`,
  ),
  leaveFullScreen: outline(
    svg`<path d="M9 4v3a2 2 0 0 1-2 2H4M20 9h-3a2 2 0 0 1-2-2V4M15 20v-3a2 2 0 0 1 2-2h3M4 15h3a2 2 0 0 1 2 2v3"/>`,
  ),
} as const;
