import pcmWorkletUrl from '../../workers/pcm.worklet.ts?worker&url';
import { openMicrophone } from '../capture/devices.ts';
import { SoundTaps } from '../capture/sound-taps.ts';
import { SOUND_INPUTS, type SoundInput } from '../encode/scene.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { InputStatus, SoundState } from './studio-state.ts';

export interface StudioSoundsEvents {
  /** Every input in use, about ten times a second: levels are in it. */
  onSounds(sounds: readonly SoundState[]): void;
  onMicrophone(status: InputStatus): void;
  onMicrophoneLost(): void;
}

/** What is heard: one input for the microphone, one for the screen's sound, one for a file's. They are mixed in the engine. */
export class StudioSounds {
  readonly #engine: StudioEngine;
  readonly #events: StudioSoundsEvents;
  readonly #inUse = new Map<SoundInput, { readonly stop: () => void; level: number }>();
  readonly #volumes = new Map<SoundInput, { readonly gain: number; readonly isMuted: boolean }>();
  #taps: Promise<SoundTaps> | undefined;
  #isRunning = true;
  #microphone: MediaStreamTrack | undefined;
  #microphoneId: string | undefined;

  constructor(engine: StudioEngine, events: StudioSoundsEvents) {
    this.#engine = engine;
    this.#events = events;
  }

  get microphone(): MediaStreamTrack | undefined {
    return this.#microphone;
  }

  get microphoneId(): string | undefined {
    return this.#microphone?.getSettings().deviceId ?? this.#microphoneId;
  }

  /** Of the microphone that was wished for, which may be missing now. */
  get wishedMicrophoneId(): string | undefined {
    return this.#microphoneId;
  }

  /** Rejects with the StageErrors of `openMicrophone`; the one before stays then. */
  async useMicrophone(deviceId: string | undefined): Promise<void> {
    const track = await openMicrophone(deviceId);
    this.#microphone?.stop();
    this.#microphone = track;
    this.#microphoneId = deviceId;
    await this.useTrack('microphone', track);
    track.addEventListener('ended', () => this.#onMicrophoneEnded(track));
    const tell = (): void => {
      if (this.#microphone === track) this.#tellMicrophone();
    };
    track.addEventListener('mute', tell);
    track.addEventListener('unmute', tell);
    tell();
  }

  /** Takes ownership of `track`, which takes over from what that input had. */
  async useTrack(input: SoundInput, track: MediaStreamTrack): Promise<void> {
    this.#taps ??= SoundTaps.open({
      workletUrl: pcmWorkletUrl,
      onRunning: () => void this.#noteRunning(),
    });
    const taps = await this.#taps;
    this.#isRunning = taps.isRunning;
    const tap = taps.tap(track, (peak) => this.setLevel(input, peak));
    const stop = (): void => {
      tap.stop();
      track.stop();
    };
    this.useBlocks(input, tap.blocks, stop);
    track.addEventListener('ended', () => {
      if (this.#inUse.get(input)?.stop === stop) this.drop(input);
    });
  }

  /** Blocks that do not come from a track. `blocks` is transferred on; `stop` ends what makes them. */
  useBlocks(input: SoundInput, blocks: MessagePort, stop: () => void): void {
    this.#inUse.get(input)?.stop();
    this.#inUse.set(input, { stop, level: 0 });
    this.#engine.toEngine({ kind: 'audio-source', input, blocks }, [blocks]);
    this.#tell();
  }

  /** The input is not used any more. */
  drop(input: SoundInput): void {
    const known = this.#inUse.get(input);
    if (known === undefined) return;
    known.stop();
    this.#inUse.delete(input);
    this.#engine.toEngine({ kind: 'sound-lost', input });
    this.#tell();
  }

  setVolume(input: SoundInput, change: { readonly gain?: number; readonly isMuted?: boolean }): void {
    const volume = { ...this.#volumeOf(input), ...change };
    this.#volumes.set(input, volume);
    this.#engine.toEngine({ kind: 'sound-gain', input, gain: volume.isMuted ? 0 : volume.gain });
    this.#tell();
  }

  setLevel(input: SoundInput, peak: number): void {
    const known = this.#inUse.get(input);
    if (known === undefined) return;
    known.level = Math.min(1, peak * this.#volumeOf(input).gain);
    this.#tell();
  }

  async close(): Promise<void> {
    for (const { stop } of this.#inUse.values()) stop();
    this.#inUse.clear();
    this.#microphone?.stop();
    await (await this.#taps)?.close();
  }

  async #noteRunning(): Promise<void> {
    this.#isRunning = (await this.#taps)?.isRunning === true;
    this.#tellMicrophone();
  }

  #onMicrophoneEnded(track: MediaStreamTrack): void {
    if (this.#microphone !== track) return;
    this.#tellMicrophone();
    this.#events.onMicrophoneLost();
  }

  #tellMicrophone(): void {
    this.#events.onMicrophone(this.#microphoneStatus());
  }

  #microphoneStatus(): InputStatus {
    const track = this.#microphone;
    if (track === undefined) return 'off';
    if (track.readyState === 'ended') return 'lost';
    if (!this.#isRunning) return 'stopped';
    return track.muted ? 'muted' : 'ok';
  }

  #volumeOf(input: SoundInput): { readonly gain: number; readonly isMuted: boolean } {
    return this.#volumes.get(input) ?? { gain: 1, isMuted: false };
  }

  #tell(): void {
    const sounds = SOUND_INPUTS.flatMap((input) => {
      const known = this.#inUse.get(input);
      return known === undefined ? [] : [{ input, level: known.level, ...this.#volumeOf(input) }];
    });
    this.#events.onSounds(sounds);
  }
}
