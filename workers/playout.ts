import { ALL_FORMATS, BlobSource, Input, type InputVideoTrack } from 'mediabunny';
import { beginRun, dueAt, loopRun, type PlayoutRun, pictureFate, positionAt } from '../src/encode/playout-run.ts';
import { StageError } from '../src/protocol/errors.ts';
import { AUDIO_TIMESCALE } from '../src/protocol/grid.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import { type DecodedSound, decodedSound } from './decoded-sound.ts';
import { localNowMs } from './local-clock.ts';
import type { PcmBlock } from './messages.ts';
import type { FromPlayout, PlayoutFacts, ToPlayout } from './playout-messages.ts';
import { type PlayoutPicture, PlayoutPictures } from './playout-pictures.ts';
import { decodableTracks, unreadable } from './recording-file.ts';

const PROGRESS_EVERY_MS = 250;
const BLOCK_SAMPLES = 1024;
/** The next round is opened this long before the end, so that nobody sees a seam. */
const LOOP_AHEAD_MICROS = 700_000;

const nowMicros = (): Micros => micros(localNowMs() * 1000);

interface Opened {
  readonly input: Input;
  readonly video: InputVideoTrack;
  readonly hasSound: boolean;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A file as a source: its pictures and its sound when the clock says so, until it is paused or over. */
export class Playout {
  readonly #ports: Pick<Extract<ToPlayout, { kind: 'open' }>, 'frames' | 'blocks'>;
  readonly #post: (message: FromPlayout) => void;
  readonly #opened: Promise<Opened | undefined>;
  #stop = new AbortController();
  #run: PlayoutRun | undefined;
  #resumeSeconds: number | undefined;
  #progress: ReturnType<typeof setInterval> | undefined;
  #peak = 0;
  #shown = 0;
  #late = 0;
  isLooped = false;

  constructor({ file, frames, blocks }: Extract<ToPlayout, { kind: 'open' }>, post: (message: FromPlayout) => void) {
    this.#ports = { frames, blocks };
    this.#post = post;
    this.#opened = this.#open(file).catch((cause: unknown) => {
      this.#fail(cause);
      return undefined;
    });
  }

  play(): void {
    if (this.#run !== undefined) return;
    void this.#opened.then((opened) => {
      if (opened === undefined || this.#run !== undefined) return;
      this.#stop = new AbortController();
      const from = this.#resumeSeconds ?? opened.startSeconds;
      this.#progress = setInterval(() => this.#tell(), PROGRESS_EVERY_MS);
      this.#begin(opened, beginRun(from, opened.endSeconds, nowMicros()));
    });
  }

  pause(): void {
    if (this.#run !== undefined) this.#resumeSeconds = positionAt(this.#run, nowMicros());
    this.#halt();
  }

  rewind(): void {
    this.#halt();
    this.#resumeSeconds = undefined;
    void this.#opened.then((opened) => opened && this.#showFirst(opened)).catch((cause: unknown) => this.#fail(cause));
  }

  async #open(file: Blob): Promise<Opened> {
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
    try {
      const { video, sound, isSoundLost } = await decodableTracks(input);
      const [start, end, soundEnd, width, height] = await Promise.all([
        video.getFirstTimestamp(),
        video.computeDuration(),
        sound?.computeDuration(),
        video.getDisplayWidth(),
        video.getDisplayHeight(),
      ]);
      const opened: Opened = {
        input,
        video,
        hasSound: sound !== undefined,
        startSeconds: Math.max(0, start),
        endSeconds: Math.max(end, soundEnd ?? 0),
      };
      await this.#showFirst(opened);
      const facts: PlayoutFacts = {
        durationMs: (opened.endSeconds - opened.startSeconds) * 1000,
        width,
        height,
        sound: isSoundLost ? 'undecodable' : opened.hasSound ? 'yes' : 'none',
      };
      this.#post({ kind: 'opened', facts });
      return opened;
    } catch (cause) {
      input.dispose();
      throw unreadable(cause);
    }
  }

  /** Until it plays, viewers see how it begins. */
  async #showFirst({ video, startSeconds }: Opened): Promise<void> {
    const pictures = new PlayoutPictures(video);
    try {
      await pictures.open(startSeconds);
      const first = await pictures.next();
      if (first !== undefined) this.#give(first, nowMicros());
    } finally {
      pictures.close();
    }
  }

  #begin(opened: Opened, run: PlayoutRun): void {
    const { signal } = this.#stop;
    this.#run = run;
    const failed = (cause: unknown): void => {
      if (!signal.aborted) this.#fail(cause);
    };
    this.#playPictures(opened, run, signal).catch(failed);
    if (opened.hasSound) this.#playSound(opened, run, signal).catch(failed);
    this.#next(opened, run, signal).catch(failed);
  }

  /** What comes when the run is over. */
  async #next(opened: Opened, run: PlayoutRun, signal: AbortSignal): Promise<void> {
    const end = dueAt(run, run.endSeconds);
    await until(micros(end - LOOP_AHEAD_MICROS), signal);
    if (this.isLooped && !signal.aborted) {
      this.#begin(opened, loopRun(run, opened.startSeconds));
      return;
    }
    await until(end, signal);
    if (signal.aborted) return;
    this.#halt();
    this.#resumeSeconds = undefined;
    this.#post({ kind: 'ended' });
  }

  async #playPictures({ video }: Opened, run: PlayoutRun, signal: AbortSignal): Promise<void> {
    let pictures = new PlayoutPictures(video);
    const onAbort = (): void => pictures.close();
    signal.addEventListener('abort', onAbort);
    try {
      await pictures.open(run.fromSeconds);
      for (let picture = await pictures.next(); picture !== undefined; picture = await pictures.next()) {
        const due = dueAt(run, picture.seconds);
        await until(due, signal);
        const nextBegins = this.#run === run ? undefined : dueAt(run, run.endSeconds);
        const fate = signal.aborted ? 'skip' : pictureFate(due, nowMicros(), pictures.hasNewer, nextBegins);
        this.#shown++;
        if (fate !== 'show') this.#late++;
        if (fate === 'skip' || fate === 'over') picture.frame.close();
        else this.#give(picture, due);
        if (fate === 'over') return;
        if (fate !== 'jump') continue;
        const ahead = positionAt(run, nowMicros()) + 0.5;
        const key = await pictures.keyTime(ahead);
        if (key === undefined || key <= picture.seconds + 0.2) continue;
        pictures.close();
        pictures = new PlayoutPictures(video);
        await pictures.open(key);
      }
    } catch (cause) {
      if (cause instanceof StageError) throw cause;
      const sentence =
        'The picture of this file cannot be decoded any further. It may be damaged; convert it to H.264.';
      throw new StageError('capture', 'undecodable', sentence, { cause });
    } finally {
      signal.removeEventListener('abort', onAbort);
      pictures.close();
    }
  }

  async #playSound({ input }: Opened, run: PlayoutRun, signal: AbortSignal): Promise<void> {
    let given = 0;
    const take = async ({ seconds, channels }: DecodedSound): Promise<void> => {
      const length = channels[0]?.length ?? 0;
      // Decoders give long pieces: sent whole they would be far ahead of the clock.
      for (let at = 0; at < length; at += BLOCK_SAMPLES) {
        const due = dueAt(run, seconds + at / AUDIO_TIMESCALE);
        await until(due, signal);
        if (signal.aborted) return;
        const block = channels.map((channel) => channel.slice(at, at + BLOCK_SAMPLES));
        this.#giveSound({ firstSample: given, capturedMicros: due, channels: block });
        given += Math.min(BLOCK_SAMPLES, length - at);
      }
    };
    const conversion = await decodedSound(input, { fromSeconds: run.fromSeconds, toSeconds: run.endSeconds }, take);
    signal.addEventListener('abort', () => void conversion.cancel(), { once: true });
    await conversion.execute();
  }

  #give({ frame }: PlayoutPicture, due: Micros): void {
    try {
      const stamped = new VideoFrame(frame, { timestamp: due });
      this.#ports.frames.postMessage(stamped, [stamped]);
    } finally {
      frame.close();
    }
  }

  #giveSound(block: PcmBlock): void {
    for (const sample of block.channels[0] ?? []) this.#peak = Math.max(this.#peak, Math.abs(sample));
    this.#ports.blocks.postMessage(
      block,
      block.channels.map(({ buffer }) => buffer),
    );
  }

  #halt(): void {
    this.#stop.abort();
    this.#run = undefined;
    clearInterval(this.#progress);
  }

  #tell(): void {
    const run = this.#run;
    if (run === undefined) return;
    const positionMs = positionAt(run, nowMicros()) * 1000;
    this.#post({
      kind: 'progress',
      positionMs,
      peak: Math.min(1, this.#peak),
      lateShare: this.#late / (this.#shown || 1),
    });
    [this.#peak, this.#shown, this.#late] = [0, 0, 0];
  }

  #fail(cause: unknown): void {
    this.#halt();
    const error = unreadable(cause);
    this.#post({ kind: 'failed', error: error.toWire() });
  }
}

/** Resolves at that moment of the clock, or when it is not waited for any more. */
function until(due: Micros, signal: AbortSignal): Promise<void> {
  const waitMs = (due - nowMicros()) / 1000;
  if (waitMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal.addEventListener('abort', done);
  });
}
