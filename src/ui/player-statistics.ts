import { css, html, LitElement } from 'lit';
import type { PlayerState } from '../play/player-state.ts';
import { behind, megabits } from './player-words.ts';
import { base } from './theme.ts';

/** What the player measures, for the curious and for reports. */
export class PlayerStatistics extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: PlayerState;

  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: auto auto;
        gap: 0.1rem var(--tc-space-4);
        padding: var(--tc-space-3);
        border-radius: var(--tc-radius-m);
        background: rgb(10 11 12 / 0.82);
        color: #fff;
        font-size: var(--tc-text-s);
        font-variant-numeric: tabular-nums;
      }
      dt {
        color: var(--tc-color-on-video-quiet);
      }
      dd {
        text-align: right;
      }
    `,
  ];

  protected override render() {
    const { latencyMs, targetLatencyMs, bufferMs, playingQuality, droppedFrames, decodedFrames, stalls, lineBps } =
      this.state;
    const rows: [string, string][] = [
      ['Latency', latencyMs === undefined ? 'recording' : `${(latencyMs / 1000).toFixed(2)} s`],
      ['Aims for', latencyMs === undefined ? 'recording' : `${(targetLatencyMs / 1000).toFixed(2)} s`],
      ['Buffer', behind(bufferMs)],
      ['Quality', playingQuality === undefined ? 'none' : `${playingQuality.height}p`],
      ['Bit rate', playingQuality === undefined ? 'none' : megabits(playingQuality.bitrateBps)],
      ['Line', lineBps === undefined ? 'not measured' : megabits(lineBps)],
      ['Dropped frames', `${droppedFrames} of ${decodedFrames}`],
      ['Stalls', String(stalls)],
    ];
    return html`<dl aria-label="Statistics">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }
}

customElements.define('player-statistics', PlayerStatistics);

declare global {
  interface HTMLElementTagNameMap {
    'player-statistics': PlayerStatistics;
  }
}
