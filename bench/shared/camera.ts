/**
 * A camera for the studio page: textured moving detail that costs real bits, with a clock in 32 bars along the top
 * edge (24 bits of `Date.now()`, 8 bits of checksum), and a tone. Runs in a worker and hands out I420 frames, as a
 * camera does, so it puts nothing on the page's main thread.
 */
export interface CameraOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

export const CLOCK_BITS = 24;
export const CLOCK_BARS = 32;

/** Source of an init script (Playwright `addInitScript`) that replaces `getUserMedia` on the page. */
export function cameraScript(options: CameraOptions): string {
  const worker = `(${cameraWorker.toString()})(${JSON.stringify(options)})`;
  return `(${installCamera.toString()})(${JSON.stringify(worker)}, ${JSON.stringify(options)})`;
}

/** Runs in the page; must not use anything from outside. */
function installCamera(workerSource: string, options: CameraOptions): void {
  interface TrackGenerator extends MediaStreamTrack {
    readonly writable: WritableStream<VideoFrame>;
  }
  const Generator = (
    window as unknown as { MediaStreamTrackGenerator?: new (init: { kind: string }) => TrackGenerator }
  ).MediaStreamTrackGenerator;
  if (Generator === undefined || navigator.mediaDevices === undefined) return;
  const picture = (): MediaStreamTrack => {
    const track = new Generator({ kind: 'video' });
    const { writable } = track;
    const worker = new Worker(URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' })));
    worker.postMessage(writable, [writable]);
    const { width, height, frameRate } = options;
    track.getSettings = () => ({ width, height, frameRate, deviceId: 'bench-camera', aspectRatio: width / height });
    track.applyConstraints = () => Promise.resolve();
    return track;
  };
  const sound = (): MediaStreamTrack | undefined => {
    const context = new AudioContext({ sampleRate: 48_000 });
    const tone = new OscillatorNode(context, { frequency: 440 });
    const target = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.2 })).connect(target);
    tone.start();
    return target.stream.getAudioTracks()[0];
  };
  navigator.mediaDevices.getUserMedia = (wanted) => {
    const stream = new MediaStream();
    if (wanted?.video) stream.addTrack(picture());
    const track = wanted?.audio ? sound() : undefined;
    if (track !== undefined) stream.addTrack(track);
    return Promise.resolve(stream);
  };
}

/** Runs in a worker of its own; must not use anything from outside. */
function cameraWorker({ width, height, frameRate }: CameraOptions): void {
  const BARS = 32;
  const CLOCK_MASK = 0xff_ffff;
  const STRIP = Math.round(height / 12) & ~1;
  const luma = width * height;
  // A texture larger than the picture, smooth enough that motion search finds it and rough enough that it costs.
  const side = 512;
  const texture = new Uint8Array(side * side * 4);
  let seed = 12345;
  const random = (): number => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  for (let y = 0; y < side * 2; y++)
    for (let x = 0; x < side * 2; x++) {
      const wave = 40 * Math.sin(x / 17) * Math.cos(y / 23) + 25 * Math.sin((x + y) / 7);
      texture[y * side * 2 + x] = 128 + wave + (random() - 0.5) * 24;
    }
  const stride = side * 2;
  const data = new Uint8Array((luma * 3) / 2);
  data.fill(128, luma);
  const paint = (frame: number, clockMs: number): void => {
    const shiftX = frame * 3;
    const shiftY = frame * 2;
    for (let y = STRIP; y < height; y++) {
      // Every band moves at its own speed, and one in the middle is new in every frame.
      const band = y >> 6;
      const isNew = band === 5;
      const row = isNew ? Math.floor(random() * stride) : (y + shiftY) % stride;
      let from = isNew ? Math.floor(random() * stride) : (shiftX * (1 + (band % 3))) % stride;
      for (let x = 0; x < width; ) {
        const run = Math.min(width - x, stride - from);
        data.set(texture.subarray(row * stride + from, row * stride + from + run), y * width + x);
        x += run;
        from = 0;
      }
    }
    const clock = clockMs & CLOCK_MASK;
    const sum = ((clock >>> 16) ^ (clock >>> 8) ^ clock ^ 0x5a) & 0xff;
    const bits = clock * 256 + sum;
    for (let bar = 0; bar < BARS; bar++) {
      const value = Math.floor(bits / 2 ** (BARS - 1 - bar)) % 2 === 1 ? 235 : 16;
      const from = Math.floor((bar * width) / BARS);
      const to = Math.floor(((bar + 1) * width) / BARS);
      for (let y = 0; y < STRIP; y++) data.fill(value, y * width + from, y * width + to);
    }
  };
  const run = async (writer: WritableStreamDefaultWriter<VideoFrame>): Promise<void> => {
    const started = performance.now();
    for (let frame = 0; ; frame++) {
      const due = started + (frame * 1000) / frameRate;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      // Like a camera that is not read in time: the frame is lost, the clock goes on.
      else if (wait < -1000 / frameRate) continue;
      const now = performance.now();
      paint(frame, Math.floor(performance.timeOrigin + now));
      const init = {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp: Math.round(now * 1000),
      } as const;
      await writer.write(new VideoFrame(data, init));
    }
  };
  addEventListener('message', (event: MessageEvent<WritableStream<VideoFrame>>) => {
    // The studio stopped the track: there is nobody left to film for.
    run(event.data.getWriter()).catch(() => close());
  });
}
