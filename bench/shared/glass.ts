/** What the viewer's page recorded. Times in milliseconds; `atMs` counts from the page's navigation. */
export interface GlassRecord {
  readonly firstFrameAtMs: number | null;
  /** One entry for every frame that was read, about ten a second: when, how old the picture was, and its height. */
  readonly samples: readonly { readonly atMs: number; readonly latencyMs: number; readonly height: number }[];
  /** Times without a new frame, longer than a quarter of a second. */
  readonly freezes: readonly { readonly atMs: number; readonly lastedMs: number }[];
  /** `waiting` events after the first frame. */
  readonly waits: readonly number[];
  readonly unreadable: number;
}

/** Source of an init script that watches the page's one <video>; the record is `window.tabcastGlass`. */
export const glassScript = (): string => `(${watchGlass.toString()})()`;

/** Runs in the page; must not use anything from outside. */
function watchGlass(): void {
  const BARS = 32;
  const CLOCK_MASK = 0xff_ffff;
  const FREEZE_MS = 250;
  // Reading back costs; ten a second show the delay without adding to it.
  const READ_EVERY_MS = 90;
  const record = {
    firstFrameAtMs: null as number | null,
    samples: [] as { atMs: number; latencyMs: number; height: number }[],
    freezes: [] as { atMs: number; lastedMs: number }[],
    waits: [] as number[],
    unreadable: 0,
  };
  (window as unknown as { tabcastGlass: typeof record }).tabcastGlass = record;

  /** Milliseconds of the clock in the bars, or undefined when the checksum is wrong. */
  const readBars = (row: Uint8Array, stride: number, width: number): number | undefined => {
    let bits = 0;
    for (let bar = 0; bar < BARS; bar++) {
      const middle = Math.floor(((bar + 0.5) * width) / BARS);
      bits = bits * 2 + ((row[2 * stride + middle] ?? 0) > 125 ? 1 : 0);
    }
    const clock = Math.floor(bits / 256);
    const sum = ((clock >>> 16) ^ (clock >>> 8) ^ clock ^ 0x5a) & 0xff;
    return bits % 256 === sum ? clock : undefined;
  };

  const attach = (video: HTMLVideoElement): void => {
    let lastAt = 0;
    let lastReadAt = 0;
    let isReading = false;
    const read = async (atMs: number): Promise<void> => {
      const shown = new VideoFrame(video);
      try {
        const width = (shown.visibleRect?.width ?? shown.codedWidth) & ~1;
        const rect = { x: 0, y: 0, width, height: 4 };
        const bytes = new Uint8Array(shown.allocationSize({ rect }));
        const [plane] = await shown.copyTo(bytes, { rect });
        const clock = readBars(bytes.subarray(plane?.offset ?? 0), plane?.stride ?? width, width);
        if (clock === undefined) record.unreadable++;
        else {
          const age = (Math.floor(performance.timeOrigin + atMs) - clock) & CLOCK_MASK;
          record.samples.push({ atMs, latencyMs: age, height: video.videoHeight });
        }
      } finally {
        shown.close();
      }
    };
    const onFrame = (nowMs: number): void => {
      record.firstFrameAtMs ??= nowMs;
      if (lastAt > 0 && nowMs - lastAt > FREEZE_MS) record.freezes.push({ atMs: lastAt, lastedMs: nowMs - lastAt });
      lastAt = nowMs;
      if (!isReading && nowMs - lastReadAt > READ_EVERY_MS) {
        isReading = true;
        lastReadAt = nowMs;
        read(nowMs)
          .catch(() => record.unreadable++)
          .finally(() => {
            isReading = false;
          });
      }
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    video.addEventListener('waiting', () => {
      if (record.firstFrameAtMs !== null) record.waits.push(performance.now());
    });
  };

  const seen = new WeakSet<HTMLVideoElement>();
  const search = (root: ParentNode): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element instanceof HTMLVideoElement && !seen.has(element)) {
        seen.add(element);
        attach(element);
      }
      if (element.shadowRoot !== null) search(element.shadowRoot);
    }
  };
  const poll = (): void => {
    search(document);
    if (record.firstFrameAtMs === null) requestAnimationFrame(poll);
  };
  requestAnimationFrame(poll);
}
