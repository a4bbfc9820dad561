import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { nearestThumbnail } from '../play/nearest-strip.ts';
import type { SegmentRange } from '../protocol/broadcast.ts';
import { STRIP_PICTURES, type ThumbnailPlace } from '../protocol/thumbnails.ts';
import { live } from '../protocol/urls.ts';

/**
 * The small picture of a moment, cut out of its segment's strip. One strip is fetched at a time, the newest wish next;
 * what was shown stays until the next is there, and without any nothing is shown.
 */
export class SeekPicture extends LitElement {
  static override properties = {
    broadcastId: { attribute: false },
    strips: { attribute: false },
    mediaMs: { attribute: false },
    strip: { state: true },
  };
  declare broadcastId: string;
  declare strips: readonly SegmentRange[];
  declare mediaMs: number;
  /** What has come, and its size. */
  declare strip: { readonly segment: number; readonly image: HTMLImageElement } | undefined;

  #isLoading = false;
  /** Strips that did not come are not asked for again while this bar is open. */
  readonly #missing = new Set<number>();

  static override styles = css`
    :host {
      display: block;
    }
    .picture {
      overflow: hidden;
      margin-inline: auto;
      border-radius: var(--tc-radius-s);
      background: #000;
    }
    canvas {
      display: block;
    }
  `;

  constructor() {
    super();
    this.broadcastId = '';
    this.strips = [];
    this.mediaMs = 0;
  }

  get #place(): ThumbnailPlace | undefined {
    return nearestThumbnail(this.mediaMs, this.strips);
  }

  protected override willUpdate(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    const segment = this.#place?.segment;
    if (segment === undefined || this.#isLoading || this.strip?.segment === segment || this.#missing.has(segment))
      return;
    this.#isLoading = true;
    const image = new Image();
    image.src = live.strip(this.broadcastId, segment);
    try {
      await image.decode();
      this.strip = { segment, image };
    } catch {
      this.#missing.add(segment);
    } finally {
      this.#isLoading = false;
    }
    // The pointer has moved on meanwhile.
    void this.#load();
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('strip') && !changed.has('mediaMs')) return;
    const { strip } = this;
    const canvas = this.renderRoot.querySelector('canvas');
    if (strip === undefined || canvas === null) return;
    const { image, segment } = strip;
    const width = image.naturalWidth / STRIP_PICTURES;
    const place = this.#place;
    const index = place?.segment === segment ? place.index : 0;
    canvas.getContext('2d')?.drawImage(image, index * width, 0, width, canvas.height, 0, 0, width, canvas.height);
  }

  protected override render() {
    const { strip } = this;
    if (strip === undefined) return nothing;
    const width = strip.image.naturalWidth / STRIP_PICTURES;
    return html`<div class="picture" style="width: ${width}px">
      <canvas width=${width} height=${strip.image.naturalHeight} data-segment=${strip.segment}></canvas>
    </div>`;
  }
}

customElements.define('seek-picture', SeekPicture);

declare global {
  interface HTMLElementTagNameMap {
    'seek-picture': SeekPicture;
  }
}
