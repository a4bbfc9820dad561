/** The product's worker code as this page uses it; the build of the page resolves the names to the files of `workers/`. */
declare module 'tabcast:corner-composer' {
  export class CornerComposer {
    constructor(size: { readonly width: number; readonly height: number });
    setScreen(screen: VideoFrame): Promise<void>;
    setCamera(camera: VideoFrame): Promise<void>;
    compose(timestamp: number, colorSpace: undefined): VideoFrame;
  }
}

declare module 'tabcast:playout-pictures' {
  import type { InputVideoTrack } from 'mediabunny';

  export class PlayoutPictures {
    constructor(track: InputVideoTrack);
    open(fromSeconds: number): Promise<void>;
    next(): Promise<{ readonly seconds: number; readonly frame: VideoFrame } | undefined>;
    close(): void;
  }
}
