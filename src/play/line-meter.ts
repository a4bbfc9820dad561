import { ArrivalLags } from './arrival-lags.ts';

/** What the line to the origin can carry, told from how the bytes of the feeds arrive. */
export interface LineEstimate {
  /** undefined while nothing has been learnt. */
  readonly bps: number | undefined;
  /** The parts come later and later: what arrives now is all the line can carry. */
  readonly isFull: boolean;
  readonly latenessMs: number;
  /** For a second of parts the line has not been full: it carries what plays, whatever a burst seems to say. */
  readonly isCarrying: boolean;
  /** Nothing has come for a while: the creator or the line is away, and the rest says nothing about now. */
  readonly isSilent: boolean;
}

/** Reads of a stream closer than this are one burst. */
const BURST_GAP_MS = 25;
const BURST_MIN_READS = 2;
const BURST_MIN_BYTES = 10_000;
/** A bulk download is one endless burst; it is cut here so that it gives samples while it runs. */
const BURST_MAX_MS = 250;
/** Later than the earliest part of the window by this: the line is full. */
const FULL_LATENESS_MS = 180;
/** A full line stays full until lateness is well down again, so that the edge of the threshold does not flicker. */
const FREE_LATENESS_MS = 90;
const RECENT_MS = 500;
/** A full line never rests; what comes after such a pause was held up before the line: by the creator, or the air. */
const PAUSE_MS = 120;
const RUN_MIN_READS = 3;
/** Longer than the pause between two pieces of 2 s that a full buffer waits for. */
const SILENT_MS = 3000;
const SAMPLES_KEPT = 2;
/** Three GOPs: a line is not what it was before them. */
const SAMPLE_OLD_MS = 6000;
/** A busy machine reads a burst slowly, most of all while a page begins. */
const CARRYING_PARTS = 10;
const LATEST_KEPT = 20;
/** So many parts in a row that came sooner than half of those before, by so much: the line has become faster. */
const FASTER_PARTS = 5;
const FASTER_MS = 8;

interface Burst {
  readonly firstMs: number;
  lastMs: number;
  reads: number;
  bytes: number;
  bytesAfterFirst: number;
}

/**
 * Two signals. Bursts: key frames and late parts arrive faster than real time, and the bytes after the first read of
 * such a burst over its duration are the line's rate. Lateness: the arrival of a part less its nominal time, over the
 * smallest such difference of the last half minute; above 180 ms the line is full, the bursts before it are history,
 * and the bytes of the last half second are its rate, or of the time since the last pause.
 */
export class LineMeter {
  #burst: Burst | undefined;
  #samples: { readonly atMs: number; readonly bps: number }[] = [];
  #latest: number[] = [];
  #reads: { atMs: number; bytes: number }[] = [];
  readonly #lags = new ArrivalLags();
  /** Without those that a full line held up: they tell its rate, not its jitter. */
  readonly #jitter = { video: new ArrivalLags(), audio: new ArrivalLags() };
  #latenessMs = 0;
  #isFull = false;
  #lastReadMs: number | undefined;

  /** Some bytes of any feed of this line. */
  read(bytes: number, atMs: number): void {
    this.#lastReadMs = atMs;
    this.#reads.push({ atMs, bytes });
    while (this.#reads.length > 0 && (this.#reads[0]?.atMs ?? atMs) < atMs - 2 * RECENT_MS) this.#reads.shift();
    const burst = this.#burst;
    if (burst === undefined || atMs - burst.lastMs >= BURST_GAP_MS || atMs - burst.firstMs >= BURST_MAX_MS) {
      this.#closeBurst();
      this.#burst = { firstMs: atMs, lastMs: atMs, reads: 1, bytes, bytesAfterFirst: 0 };
      return;
    }
    burst.lastMs = atMs;
    burst.reads += 1;
    burst.bytes += bytes;
    burst.bytesAfterFirst += bytes;
  }

  /**
   * A whole part at the live edge; `nominalMs` is when its last frame was captured, on the same clock as `atMs`. Up to
   * `madeLateMs` of its lag are its maker's and not the line's.
   */
  part(kind: 'video' | 'audio', nominalMs: number, atMs: number, madeLateMs = 0): void {
    const lagMs = atMs - nominalMs;
    const usualMs = Math.min(lagMs, this.#lags.within(0) ?? lagMs);
    if (kind === 'video') this.#judge(Math.max(lagMs - madeLateMs, usualMs), atMs);
    if (!this.#isFull) this.#jitter[kind].push(lagMs, atMs);
  }

  #judge(lagMs: number, atMs: number): void {
    this.#lags.push(lagMs, atMs);
    this.#latenessMs = lagMs - (this.#lags.within(0) ?? lagMs);
    const wasFull = this.#isFull;
    this.#isFull = this.#latenessMs > (wasFull ? FREE_LATENESS_MS : FULL_LATENESS_MS);
    this.#latest = this.#isFull ? [] : [...this.#latest, lagMs].slice(-LATEST_KEPT);
    if ((this.#isFull && !wasFull) || this.#hasBecomeFaster()) this.#samples = [];
  }

  /** Then what the bursts before have shown is history, and the next one counts alone. */
  #hasBecomeFaster(): boolean {
    const before = this.#latest.slice(0, -FASTER_PARTS).sort((a, b) => a - b);
    const usualMs = before[before.length >> 1];
    if (usualMs === undefined || before.length < 2 * FASTER_PARTS) return false;
    if (Math.max(...this.#latest.slice(-FASTER_PARTS)) > usualMs - FASTER_MS) return false;
    this.#latest = [];
    return true;
  }

  /** After a seek, a jump or another feed: the arrival times of the old place say nothing about the new one. */
  forgetLateness(): void {
    this.#lags.clear();
    this.#jitter.video.clear();
    this.#jitter.audio.clear();
    this.#latest = [];
    this.#latenessMs = 0;
    this.#isFull = false;
  }

  /**
   * What the latency target has to bear: the given share of parts came within it, sound as well as picture. Sound is
   * the later one, because its encoder looks two frames ahead. undefined while no part has come.
   */
  lagMs(share: number): number | undefined {
    const lags = [this.#jitter.video.within(share), this.#jitter.audio.within(share)];
    const known = lags.filter((lag) => lag !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  }

  estimate(nowMs: number): LineEstimate {
    if (this.#burst !== undefined && nowMs - this.#burst.lastMs >= BURST_GAP_MS) this.#closeBurst();
    const latenessMs = this.#latenessMs;
    const isSilent = this.#lastReadMs !== undefined && nowMs - this.#lastReadMs > SILENT_MS;
    if (this.#isFull) return { bps: this.#recentBps(nowMs), isFull: true, latenessMs, isCarrying: false, isSilent };
    const fresh = this.#samples.filter(({ atMs }) => nowMs - atMs < SAMPLE_OLD_MS);
    const bps = fresh.length === 0 ? undefined : Math.min(...fresh.map((sample) => sample.bps));
    return { bps, isFull: false, latenessMs, isCarrying: this.#latest.length >= CARRYING_PARTS, isSilent };
  }

  #recentBps(nowMs: number): number {
    const afterPause = this.#bpsAfterPause();
    if (afterPause !== undefined) return afterPause;
    // Bytes that stopped altogether tell nothing about how fast they come.
    const lastMs = this.#lastReadMs ?? nowMs;
    const untilMs = nowMs - lastMs >= RECENT_MS ? lastMs : nowMs;
    let bytes = 0;
    for (const read of this.#reads) if (read.atMs > untilMs - RECENT_MS) bytes += read.bytes;
    return (bytes * 8000) / RECENT_MS;
  }

  /** How fast came what a pause had held up; undefined where there was none, or where too little has come since. */
  #bpsAfterPause(): number | undefined {
    const at = this.#reads.findLastIndex((read, index) => {
      const before = this.#reads[index - 1];
      return before !== undefined && read.atMs - before.atMs > PAUSE_MS;
    });
    const [first, ...rest] = at === -1 ? [] : this.#reads.slice(at);
    const last = rest.at(-1);
    if (first === undefined || last === undefined || rest.length + 1 < RUN_MIN_READS) return undefined;
    const bytes = rest.reduce((sum, read) => sum + read.bytes, 0);
    return bytes < BURST_MIN_BYTES ? undefined : (bytes * 8000) / Math.max(1, last.atMs - first.atMs);
  }

  #closeBurst(): void {
    const burst = this.#burst;
    this.#burst = undefined;
    if (burst === undefined || burst.bytes <= BURST_MIN_BYTES || burst.reads < BURST_MIN_READS) return;
    const tookMs = Math.max(1, burst.lastMs - burst.firstMs);
    const sample = { atMs: burst.lastMs, bps: (burst.bytesAfterFirst * 8000) / tookMs };
    this.#samples = [...this.#samples, sample].slice(-SAMPLES_KEPT);
  }
}
