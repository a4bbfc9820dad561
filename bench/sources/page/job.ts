export type SourcesJob =
  /** `through`: the product's I420 composer, or a canvas for comparison. */
  | { readonly kind: 'compose'; readonly through: 'i420' | 'canvas'; readonly frames: number }
  | { readonly kind: 'decode'; readonly clip: Blob };

export interface SourcesResult {
  readonly frames: number;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}
