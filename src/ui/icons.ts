import { html, svg, type TemplateResult } from 'lit';

/**
 * Our own small set, drawn on a 24 px grid with one stroke width, in the page itself: nothing is fetched. Every icon
 * is decoration beside words, so all are hidden from assistive technology.
 */
const icon = (shape: TemplateResult): TemplateResult =>
  html`<svg
    aria-hidden="true"
    width="20"
    height="20"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    ${shape}
  </svg>`;

export const icons = {
  logo: html`<svg aria-hidden="true" width="30" height="30" viewBox="0 0 32 32" fill="none">
    <rect width="32" height="32" rx="9" fill="var(--tc-color-accent)" />
    <rect x="7.500" y="10" width="17" height="12" rx="2.600" stroke="var(--tc-color-on-accent)" stroke-width="2.200" />
    <path d="M14 13.200v5.600l4.700-2.800z" fill="var(--tc-color-on-accent)" />
  </svg>`,
  camera: icon(
    svg`<rect x="3" y="6.500" width="12.500" height="11" rx="2.500"/><path d="m15.500 10.700 5-2.700v8l-5-2.700"/>`,
  ),
  cameraOff: icon(
    svg`<path d="M7 6.500h6a2.500 2.500 0 0 1 2.500 2.500v1.700l5-2.700v8l-3.300-1.800M15.300 16A2.500 2.500 0 0 1 13 17.500H5.500A2.500 2.500 0 0 1 3 15V9a2.500 2.500 0 0 1 .8-1.800M3.500 3.500l17 17"/>`,
  ),
  screen: icon(svg`<rect x="3" y="4.500" width="18" height="12" rx="2"/><path d="M9 20.500h6M12 16.500v4"/>`),
  corner: icon(
    svg`<rect x="3" y="4.500" width="18" height="15" rx="2"/><rect x="12.500" y="12" width="6" height="5" rx="1"/>`,
  ),
  film: icon(
    svg`<rect x="3" y="4.500" width="18" height="15" rx="2"/><path d="M7.500 4.500v15M16.500 4.500v15M3 12h18M3 8.200h4.500M3 15.800h4.500M16.500 8.200H21M16.500 15.800H21"/>`,
  ),
  sound: icon(
    svg`<path d="M4 9.500v5h3.500L12 19V5L7.500 9.500z"/><path d="M15.500 9a4.500 4.500 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>`,
  ),
  soundOff: icon(svg`<path d="M4 9.500v5h3.500L12 19V5L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5"/>`),
  pause: icon(svg`<path d="M8.500 5.500v13M15.500 5.500v13"/>`),
  microphone: icon(
    svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3"/>`,
  ),
  microphoneOff: icon(
    svg`<path d="M15 9.500V6a3 3 0 0 0-5.800-1M9 9v2a3 3 0 0 0 4.500 2.600M5.500 11.500a6.500 6.500 0 0 0 10.300 5.300M18.500 11.500a6.400 6.400 0 0 1-.5 2.500M12 18v3M3.500 3.500l17 17"/>`,
  ),
  broadcast: icon(
    svg`<circle cx="12" cy="12" r="2.200" fill="currentColor"/><path d="M8 16a5.700 5.700 0 0 1 0-8M16 8a5.700 5.700 0 0 1 0 8M5 19a9.900 9.900 0 0 1 0-14M19 5a9.900 9.900 0 0 1 0 14"/>`,
  ),
  stop: icon(svg`<rect x="6" y="6" width="12" height="12" rx="2.500"/>`),
  play: icon(svg`<path d="M8 5.500v13l10.500-6.500z"/>`),
  copy: icon(
    svg`<rect x="8.500" y="8.500" width="11.500" height="11.500" rx="2.500"/><path d="M15.500 8.500V6A2.500 2.500 0 0 0 13 3.500H6.500A2.500 2.500 0 0 0 4 6v6.500A2.500 2.500 0 0 0 6.500 15h2"/>`,
  ),
  check: icon(svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6 6 18"/>`),
  warning: icon(svg`<path d="M12 4 2.800 19.500h18.400zM12 10v4.500M12 17.200v.1"/>`),
  info: icon(svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.600v.1"/>`),
  external: icon(svg`<path d="M14 4h6v6M20 4l-9 9M18 13.500V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4.500"/>`),
  people: icon(
    svg`<circle cx="9" cy="8.500" r="3.200"/><path d="M3 19.500a6 6 0 0 1 12 0M15.500 5.600a3.200 3.200 0 0 1 0 5.800M17.500 14.500a6 6 0 0 1 3.500 5"/>`,
  ),
  person: icon(svg`<circle cx="12" cy="8" r="3.600"/><path d="M5 20a7 7 0 0 1 14 0"/>`),
  refresh: icon(
    svg`<path d="M20 5v5h-5M4 19v-5h5"/><path d="M5.600 9.500A7 7 0 0 1 18 8l2 2M18.400 14.500A7 7 0 0 1 6 16l-2-2"/>`,
  ),
} as const;
