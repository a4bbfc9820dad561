import type { Capability, CapabilityCheck } from './capability-checks.ts';

const WORKER_TIMEOUT_MS = 5_000;

/** Asked in a worker of one line: its globals are not the page's. */
async function inWorker(name: string): Promise<boolean> {
  const code = `postMessage(typeof self[${JSON.stringify(name)}] !== 'undefined')`;
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
      worker.onerror = () => reject(new Error('the worker did not start'));
      setTimeout(() => reject(new Error('the worker did not answer')), WORKER_TIMEOUT_MS);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

const yes = (sentence: string): Capability => ({ answer: 'yes', sentence });
const partly = (sentence: string): Capability => ({ answer: 'partly', sentence });

async function workerFrames(): Promise<Capability> {
  return (await inWorker('MediaStreamTrackProcessor'))
    ? yes('A worker could read a camera by itself.')
    : partly('A worker cannot read a camera by itself; the page hands the pictures over.');
}

async function workerEncoder(): Promise<Capability> {
  return (await inWorker('VideoEncoder'))
    ? yes('Workers can encode video, away from the page.')
    : partly('Workers cannot encode video in this browser.');
}

async function shownFrames(): Promise<Capability> {
  return 'requestVideoFrameCallback' in HTMLVideoElement.prototype
    ? yes('The page learns of each picture that a video shows.')
    : partly('The page does not learn of each picture that a video shows.');
}

async function wakeLock(): Promise<Capability> {
  try {
    const lock = await navigator.wakeLock.request('screen');
    await lock.release();
    return yes('The machine can be kept awake while you are live.');
  } catch {
    return partly('The machine cannot be kept awake from here. Switch its sleep off while you are live.');
  }
}

async function space(): Promise<Capability> {
  const { quota } = await navigator.storage.estimate();
  if (quota === undefined) return partly('The browser does not tell how much it would keep.');
  return yes(`The browser would keep up to ${(quota / 1e9).toFixed(1)} GB for this page.`);
}

async function battery(): Promise<Capability> {
  return 'getBattery' in navigator
    ? yes('A low battery is told while you are live.')
    : partly('The browser does not tell the state of the battery.');
}

/** What decides how well it works, not whether it does. */
export const EXTRA_CHECKS: readonly CapabilityCheck[] = [
  { name: 'Pictures in a worker', run: workerFrames },
  { name: 'Encoder in a worker', run: workerEncoder },
  { name: 'Pictures as they are shown', run: shownFrames },
  { name: 'Keeping the machine awake', run: wakeLock },
  { name: 'Battery', run: battery },
  { name: 'Room on the disk', run: space },
];
