/**
 * Cameras and screens of known pictures for the studio page: picture `n` shows the number `n` as twelve upright bars,
 * as `numbersShown` reads them, rough enough that it costs bits. The microphone and the screen's sound beep for a tenth
 * of a second with every picture whose number is `from` and a multiple of `rate`.
 */
export interface NumberedSource {
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  /** Number of the picture that belongs to the moment at which the page was opened. */
  readonly from: number;
  /** Hertz of the beep; undefined: no sound. */
  readonly beepHz?: number;
}

/** Source of an init script (Playwright `addInitScript`). `stopSharing()` on the page does what the browser's own bar does. */
export function numberedSources(camera: NumberedSource, screen: NumberedSource): string {
  return `(${install.toString()})(${JSON.stringify(`(${paint.toString()})()`)}, ${JSON.stringify({ camera, screen })})`;
}

/** Runs in the page; must not use anything from outside. */
function install(workerSource: string, sources: Readonly<Record<'camera' | 'screen', NumberedSource>>): void {
  interface Generator extends MediaStreamTrack {
    readonly writable: WritableStream<VideoFrame>;
  }
  const make = (window as unknown as { MediaStreamTrackGenerator?: new (init: object) => Generator })
    .MediaStreamTrackGenerator;
  if (make === undefined || navigator.mediaDevices === undefined) return;
  const picture = (source: NumberedSource): { track: MediaStreamTrack; worker: Worker } => {
    const track = new make({ kind: 'video' });
    const worker = new Worker(URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' })));
    const { writable } = track;
    worker.postMessage({ writable, source, startMs }, [writable]);
    const { width, height, rate: frameRate } = source;
    track.getSettings = () => ({ width, height, frameRate, deviceId: `numbered-${source.from}` });
    track.applyConstraints = () => Promise.resolve();
    return { track, worker };
  };
  // A context stands at 0 until its device runs, then fills the device's buffer at once, and goes on in blocks.
  const pageZero = async (context: AudioContext): Promise<number> => {
    let zero = Number.NEGATIVE_INFINITY;
    for (let samples = 0; samples < 40; ) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (context.currentTime < 0.5) continue;
      samples++;
      zero = Math.max(zero, context.currentTime - (performance.timeOrigin + performance.now() - startMs) / 1000);
    }
    return zero;
  };
  // What a context renders is in its stream 16 to 30 ms later [measured]; a microphone is what is in the stream.
  const streamLagSeconds = 0.02;
  const sound = async ({ beepHz }: NumberedSource): Promise<MediaStreamTrack | undefined> => {
    if (beepHz === undefined) return undefined;
    const context = new AudioContext({ sampleRate: 48_000 });
    const target = context.createMediaStreamDestination();
    const gain = new GainNode(context, { gain: 0 });
    const tone = new OscillatorNode(context, { frequency: beepHz });
    tone.connect(gain).connect(target);
    tone.start();
    const zero = await pageZero(context);
    for (let second = 1; second < 900; second++) {
      if (zero + second < context.currentTime) continue;
      gain.gain.setValueAtTime(0.4, zero + second - streamLagSeconds);
      gain.gain.setValueAtTime(0, zero + second - streamLagSeconds + 0.1);
    }
    return target.stream.getAudioTracks()[0];
  };
  // One for everything: what is opened later begins with a later number.
  const startMs = performance.timeOrigin + performance.now();
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const heard = wanted?.audio ? await sound(sources.camera) : undefined;
    return new MediaStream([
      ...(wanted?.video ? [picture(sources.camera).track] : []),
      ...(heard === undefined ? [] : [heard]),
    ]);
  };
  navigator.mediaDevices.getDisplayMedia = async () => {
    const heard = await sound(sources.screen);
    const { track, worker } = picture(sources.screen);
    Object.assign(window, { stopSharing: () => worker.postMessage('stop') });
    return new MediaStream(heard === undefined ? [track] : [track, heard]);
  };
}

/** Runs in a worker of its own; must not use anything from outside. */
function paint(): void {
  const BITS = 12;
  let isStopped = false;
  const run = async (writable: WritableStream<VideoFrame>, source: NumberedSource, startMs: number): Promise<void> => {
    const { width, height, rate, from } = source;
    const writer = writable.getWriter();
    const data = new Uint8Array(width * height * 1.5).fill(128);
    // In squares of four pixels, so that it is still there in a quarter of the size.
    const noise = Uint8Array.from({ length: width * 3 }, (_, i) => Math.imul((i >> 2) + 7, 2_654_435_761) >>> 26);
    const row = new Uint8Array(width);
    const passedMs = performance.timeOrigin + performance.now() - startMs;
    for (let n = Math.ceil((passedMs * rate) / 1000); !isStopped; n++) {
      const due = startMs + (n * 1000) / rate;
      const wait = due - performance.timeOrigin - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      for (let x = 0; x < width; x++)
        row[x] = Math.floor((from + n) / 2 ** Math.floor((x * BITS) / width)) % 2 === 1 ? 180 : 10;
      for (let y = 0; y < height; y++) {
        const shift = Math.imul((y >> 2) + n * 31, 40_503) % (width * 2);
        const at = y * width;
        for (let x = 0; x < width; x++)
          data[at + x] = (row[x] ?? 0) + (noise[(x + Math.abs(shift)) % noise.length] ?? 0);
      }
      const timestamp = Math.round((due - performance.timeOrigin) * 1000);
      await writer.write(new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp }));
    }
    await writer.close();
  };
  addEventListener('message', ({ data }: MessageEvent<'stop' | Parameters<typeof begin>[0]>) => {
    if (data === 'stop') isStopped = true;
    else begin(data);
  });
  const begin = (data: { writable: WritableStream<VideoFrame>; source: NumberedSource; startMs: number }): void => {
    // The studio stopped the track: there is nobody left to show it to.
    run(data.writable, data.source, data.startMs).catch(() => close());
  };
}
