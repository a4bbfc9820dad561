import { candidateRungs } from '../src/encode/ladder.ts';
import type { IngestState, ReservedBroadcast } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { Grid } from '../src/protocol/grid.ts';
import { type InitSegment, isSameStart } from '../src/upload/unfinished.ts';
import { localNowMs } from './local-clock.ts';
import type { OriginClient } from './origin-client.ts';
import { openRecording, type RecordingFile } from './recording-file.ts';
import { lookAt, openingOf, soundTrackId } from './recording-opening.ts';
import { RecordingSender } from './recording-sender.ts';
import { RecordingSound } from './recording-sound.ts';
import { changedEncoder, type MadeConfig, type Recipe } from './segment-maker.ts';
import { isSameFile, type KeptUpload, keepUpload } from './upload-sessions.ts';

const AUDIO_BPS = 128_000;
export const SOUND_TRACK = soundTrackId(AUDIO_BPS);

export interface BeginOptions {
  readonly file: File;
  readonly broadcast: ReservedBroadcast;
  readonly handle: FileSystemFileHandle | undefined;
  /** What an earlier tab began; undefined for a new upload. */
  readonly kept: KeptUpload | undefined;
}

/** A recording that the origin knows of. */
export interface Begun {
  readonly recording: RecordingFile;
  readonly recipe: Recipe;
  readonly sender: RecordingSender;
  /** What the encoders said of themselves first: every segment has to fit the init segments made from it. */
  readonly configs: readonly MadeConfig[];
  readonly inits: readonly InitSegment[];
  /** The indices after the last part of every track. */
  readonly endParts: Readonly<Record<string, number>>;
  /** What was there when this tab came. */
  readonly stored: IngestState['stored'];
  /** Its encoder runs; undefined for a file without sound. */
  readonly sound: RecordingSound | undefined;
  /** Resolves when the origin has one, or never will. */
  readonly poster: Promise<void>;
}

/** Opens the file, tries the encoders with one picture of it, and tells the origin, or finds what it has already. */
export async function beginRecording(options: BeginOptions, client: OriginClient): Promise<Begun> {
  const { file, kept } = options;
  if (kept !== undefined && !isSameFile(file, kept))
    throw new StageError('capture', 'other_file', `This is another file. Choose ${kept.file.name} again to go on.`);
  const recording = await openRecording(file);
  try {
    return await beginWith(recording, options, client);
  } catch (cause) {
    recording.close();
    throw cause;
  }
}

async function beginWith(recording: RecordingFile, options: BeginOptions, client: OriginClient): Promise<Begun> {
  const { file, kept, handle, broadcast } = options;
  const { plan } = recording;
  const grid: Grid = kept?.request.grid ?? { partsPerSegment: 100, gopSeconds: 2, frameRate: plan.frameRate };
  const renditions =
    kept?.renditions ??
    candidateRungs(recording.width, recording.height).map((rung) => ({ ...rung, track: `v${rung.height}` }));
  const [{ configs, poster: jpeg }, availabilityStartMs] = await Promise.all([
    lookAt(recording, renditions),
    kept?.request.availabilityStartMs ?? originNowMs(client),
  ]);
  const recipe: Recipe = { plan, grid, renditions, availabilityStartMs };
  const sound = soundOf(recording, recipe);
  const config = await sound?.open();
  const opening = openingOf({
    ...recipe,
    configs,
    sound: config === undefined ? undefined : { config, bitrateBps: AUDIO_BPS },
  });
  const sender = new RecordingSender(client, opening.inits);
  const endParts = opening.request.upload?.endParts ?? {};
  const begun = { recording, recipe, sound, sender, configs, inits: opening.inits, endParts };
  if (kept !== undefined) {
    if (!isSameStart(kept, opening)) throw changedEncoder();
    return { ...begun, stored: (await sender.insist(() => client.claim())).stored, poster: Promise.resolve() };
  }
  await sender.begin(opening.request);
  const { name, size, lastModified } = file;
  const session = { ...opening, id: broadcast.id, broadcast, handle, renditions, keptAtMs: Date.now() };
  // A browser that keeps nothing still uploads; only a closed tab would end it.
  await keepUpload({ ...session, file: { name, size, lastModified } }).catch(() => undefined);
  // A recording without a poster is as good.
  const poster = jpeg === undefined ? Promise.resolve() : client.putPoster(jpeg).catch(() => undefined);
  return { ...begun, stored: {}, poster };
}

/** Undefined for a file without sound. */
export function soundOf({ sound }: RecordingFile, recipe: Recipe): RecordingSound | undefined {
  if (sound === undefined) return undefined;
  const { plan, availabilityStartMs, grid } = recipe;
  return new RecordingSound({
    input: sound.input,
    plan,
    availabilityStartMs,
    soundFrom: Math.max(0, sound.fromSeconds),
    track: SOUND_TRACK,
    bitrateBps: AUDIO_BPS,
    partsPerSegment: grid.partsPerSegment,
  });
}

async function originNowMs(client: OriginClient): Promise<number> {
  return Math.round(localNowMs() + ((await client.clock())?.offsetMs ?? 0));
}
