import { fallbackEncoder } from '../protocol/urls.ts';
import { EXTRA_CHECKS } from './capability-extras.ts';
import { ENCODE_SIZES, encodesOneFrame } from './encode-trial.ts';
import { heightText } from './rate-words.ts';

/** yes: works. partly: works another way, or not at its best. no: does not. */
export interface Capability {
  readonly answer: 'yes' | 'partly' | 'no';
  readonly sentence: string;
}

export interface CapabilityCheck {
  readonly name: string;
  readonly run: () => Promise<Capability>;
}

export interface CapabilityGroup {
  readonly heading: string;
  readonly checks: readonly CapabilityCheck[];
}

const yes = (sentence: string): Capability => ({ answer: 'yes', sentence });
const partly = (sentence: string): Capability => ({ answer: 'partly', sentence });
const no = (sentence: string): Capability => ({ answer: 'no', sentence });

const OTHER_BROWSER = 'Use a recent Chrome, Edge or another browser built on Chromium.';

async function secureContext(): Promise<Capability> {
  return window.isSecureContext
    ? yes('The page came over HTTPS or from this machine, so the browser may give it a camera.')
    : no('The page came over plain HTTP. Use HTTPS, a tunnel, or open it on the machine that runs Tabcast.');
}

async function devices(): Promise<Capability> {
  return 'mediaDevices' in navigator
    ? yes('The browser can ask you for a camera and a microphone.')
    : no('The browser offers no camera to this page. It must come over HTTPS or from this machine.');
}

async function frames(): Promise<Capability> {
  if ('MediaStreamTrackProcessor' in window) return yes('Camera pictures go straight to the encoder, past the page.');
  return 'requestVideoFrameCallback' in HTMLVideoElement.prototype && 'VideoFrame' in window
    ? partly('Camera pictures are taken as this page shows them: keep its tab visible while you are live.')
    : no(`This browser does not hand out camera pictures one by one. ${OTHER_BROWSER}`);
}

const hasFallback = async (): Promise<boolean> =>
  'WebAssembly' in window && (await fetch(fallbackEncoder.wasm, { method: 'HEAD' })).ok;

/** What there is instead of an encoder of the browser's own. */
async function withoutEncoder(what: string): Promise<Capability> {
  return (await hasFallback())
    ? partly(`${what} The server's fallback (ffmpeg.wasm) does, slower: one or two qualities of at most 480p.`)
    : no(`${what} ${OTHER_BROWSER}`);
}

async function fallback(): Promise<Capability> {
  if (await hasFallback())
    return yes('The server has ffmpeg.wasm, should the browser have no encoder or should that one fail while live.');
  return partly(`The server has none. Whoever runs it can add one: ${fallbackEncoder.install}`);
}

async function picture(): Promise<Capability> {
  if (!('VideoEncoder' in window)) return withoutEncoder('This browser cannot encode video in a page.');
  const heights: number[] = [];
  for (const size of ENCODE_SIZES) if (await encodesOneFrame(size)) heights.push(size.height);
  const best = heights[0];
  if (best === undefined) return withoutEncoder('This browser encodes no H.264.');
  const list = heights.map(heightText).join(', ');
  return best >= 720
    ? yes(`Encoded one real picture at each of: ${list}.`)
    : partly(`Only small pictures could be encoded: ${list}.`);
}

async function sound(): Promise<Capability> {
  const config = { codec: 'mp4a.40.2', sampleRate: 48_000, numberOfChannels: 2, bitrate: 128_000 };
  const isNative = 'AudioEncoder' in window && (await AudioEncoder.isConfigSupported(config)).supported === true;
  if (isNative) return yes('The browser encodes AAC by itself.');
  return 'WebAssembly' in window
    ? partly('The browser has no AAC encoder, so Tabcast brings its own (WebAssembly). It costs a little more work.')
    : no(`This browser can encode no AAC. ${OTHER_BROWSER}`);
}

async function privateFiles(): Promise<Capability> {
  try {
    await navigator.storage.getDirectory();
    return yes('Finished video can wait on disk in this browser while the line is down.');
  } catch {
    return partly('No private disk space (a private window, perhaps): video waits in memory while the line is down.');
  }
}

async function isolation(): Promise<Capability> {
  if (window.crossOriginIsolated) return yes('Threads can share memory on this page.');
  return window.isSecureContext
    ? partly('Not on this page, which other sites may embed. The studio is isolated by itself.')
    : no('Threads cannot share memory, because the page did not come over HTTPS.');
}

async function playback(): Promise<Capability> {
  const has = (type: string) => 'MediaSource' in window && MediaSource.isTypeSupported(type);
  const isPlayable = has('video/mp4; codecs="avc1.640028"') && has('audio/mp4; codecs="mp4a.40.2"');
  if (isPlayable) return yes('Plays H.264 picture and AAC sound as they arrive (Media Source Extensions).');
  return no(
    'This browser cannot play live DASH (an iPhone’s cannot, today). Watch on a computer, an Android phone or an iPad.',
  );
}

async function storedPositions(): Promise<Capability> {
  return 'indexedDB' in window
    ? yes('Can remember settings in this browser.')
    : partly('Settings cannot be remembered in this browser.');
}

export const CAPABILITY_GROUPS: readonly CapabilityGroup[] = [
  {
    heading: 'To watch',
    checks: [
      { name: 'Live video', run: playback },
      { name: 'Memory of its own', run: storedPositions },
    ],
  },
  {
    heading: 'To go live',
    checks: [
      { name: 'Secure address', run: secureContext },
      { name: 'Camera and microphone', run: devices },
      { name: 'Single camera pictures', run: frames },
      { name: 'H.264 picture encoder', run: picture },
      { name: 'Fallback encoder', run: fallback },
      { name: 'AAC sound encoder', run: sound },
      { name: 'Private disk space', run: privateFiles },
      { name: 'Isolation from other sites', run: isolation },
    ],
  },
  { heading: 'How well it works', checks: EXTRA_CHECKS },
];
