/**
 * The product's worker code as this page uses it. The build of the page resolves the names to the files of `workers/`,
 * which are typed for workers and are no part of this folder's project.
 */
declare module 'tabcast:encode-core' {
  interface CoreOptions {
    readonly renditions: readonly {
      readonly track: string;
      readonly width: number;
      readonly height: number;
      readonly bitrateBps: number;
    }[];
    readonly frameRate: number;
    readonly gopSeconds: number;
    readonly encoders?: readonly ('webcodecs' | 'wasm')[];
    readonly latencyMode: 'realtime' | 'quality';
  }
  interface CoreFrame {
    readonly track: string;
    readonly slot: number;
    readonly isKey: boolean;
    readonly data: Uint8Array<ArrayBuffer>;
  }
  interface CoreEvents {
    onFrame(frame: CoreFrame): void;
    onConfig(track: string, avcC: Uint8Array): void;
    onLost(track: string, slots: readonly number[]): void;
    onError(track: string, error: Error): void;
  }
  export class EncodeCore {
    static open(options: CoreOptions, events: CoreEvents): Promise<EncodeCore>;
    ready(cap: number): Promise<void>;
    encode(picture: VideoFrame, slot: number, isKey: boolean): void;
    flush(): Promise<void>;
    close(): void;
  }
}

declare module 'tabcast:picture-scaler' {
  export class PictureScaler {
    constructor(size: { readonly width: number; readonly height: number });
    scale(frame: VideoFrame): Promise<VideoFrame | undefined>;
  }
}

declare module 'tabcast:encoder-probe' {
  interface Rung {
    readonly width: number;
    readonly height: number;
    readonly bitrateBps: number;
  }
  export function probeEncoder(
    plan: {
      readonly rungs: readonly Rung[];
      readonly frameRate: number;
      readonly encoders: readonly ('webcodecs' | 'wasm')[];
      readonly forMs: number;
    },
    onProgress: (progress: number) => void,
  ): Promise<{ readonly speeds: readonly { readonly height: number; readonly fps: number }[] }>;
}
