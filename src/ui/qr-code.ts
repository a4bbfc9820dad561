import { css, html, LitElement, svg } from 'lit';
import { encode } from 'uqr';
import { base } from './theme.ts';

/** Light modules a scanner needs around the code (ISO/IEC 18004). */
const QUIET_ZONE = 3;

/** `text` as a QR code: one path in an inline SVG, always dark on light, which scanners need in a dark page too. */
export class QrCode extends LitElement {
  static override properties = { text: {}, label: {} };
  declare text: string;
  declare label: string;

  static override styles = [
    base,
    css`
      svg {
        width: 100%;
        height: auto;
        border-radius: var(--tc-radius-m);
      }
    `,
  ];

  constructor() {
    super();
    this.text = '';
    this.label = 'QR code';
  }

  protected override render() {
    const code = encode(this.text, { ecc: 'M', border: QUIET_ZONE });
    const dark = code.data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return html`<svg role="img" aria-label=${this.label} viewBox="0 0 ${code.size} ${code.size}" shape-rendering="crispEdges">
      ${svg`<rect width="100%" height="100%" fill="#fff" /><path d=${dark.join('')} fill="#000" />`}
    </svg>`;
  }
}

customElements.define('qr-code', QrCode);

declare global {
  interface HTMLElementTagNameMap {
    'qr-code': QrCode;
  }
}
