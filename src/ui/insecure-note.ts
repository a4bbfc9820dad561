import { css, html, LitElement } from 'lit';
import { icons } from './icons.ts';
import { base, surfaces } from './theme.ts';

/** Over plain HTTP a browser gives a page no camera, except on the machine itself; this says what to do about it. */
export class InsecureNote extends LitElement {
  static override styles = [
    base,
    surfaces,
    css`
      h2 {
        display: flex;
        gap: var(--tc-space-3);
        align-items: center;
        font-size: var(--tc-text-xl);
      }
      h2 svg {
        color: var(--tc-color-slow);
      }
      ol {
        display: grid;
        gap: var(--tc-space-3);
        padding-inline-start: 1.3em;
        list-style: decimal;
      }
      code {
        padding: 0.1em 0.35em;
        border-radius: var(--tc-radius-s);
        background: var(--tc-color-surface-sunken);
        font-family: var(--tc-font-mono);
        font-size: 0.92em;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    return html`<div class="card alone" role="alert">
      <h2>${icons.warning}This page needs a secure address</h2>
      <p>
        Browsers give a camera only to pages that came over HTTPS, or from the very machine they run on. This one came
        over plain HTTP from <code>${location.host}</code>. Any of these helps:
      </p>
      <ol>
        <li>On the machine that runs Tabcast, open <code>http://localhost:${location.port || '80'}/studio</code>.</li>
        <li>Start Tabcast with a certificate: <code>npm start -- --cert cert.pem --key key.pem</code>.</li>
        <li>
          Reach it through a tunnel or a proxy that speaks HTTPS (an SSH tunnel to port ${location.port || '80'}, Caddy,
          nginx), and tell Tabcast that address with <code>PUBLIC_URL</code>.
        </li>
      </ol>
      <p class="quiet">Watching works here all the same: only going live needs it.</p>
    </div>`;
  }
}

customElements.define('insecure-note', InsecureNote);

declare global {
  interface HTMLElementTagNameMap {
    'insecure-note': InsecureNote;
  }
}
