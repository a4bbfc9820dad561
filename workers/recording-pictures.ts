/** A picture of a file, before it is brought to a size. Whoever holds it closes it. */
export interface SourcePicture {
  /** On the file's own clock. */
  readonly seconds: number;
  /**
   * Upright, of any size where the encoders can take it as it is, else of `size`, which is the same for all pictures of
   * one run. One call at a time; the caller closes the frame.
   */
  frame(size: { readonly width: number; readonly height: number }): Promise<VideoFrame>;
  close(): void;
}

/** From the picture that is shown at `fromSeconds` on, in the order in which they are shown. */
export type Pictures = (fromSeconds: number) => AsyncGenerator<SourcePicture, void, undefined>;
