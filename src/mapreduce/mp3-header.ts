const MONO = 3;

/** How many channels a frame of MP3 has (ISO/IEC 11172-3, 2.4.1.3); undefined when the bytes begin no frame of it. */
export function mp3Channels(frame: Uint8Array): 1 | 2 | undefined {
  const [sync = 0, version = 0, , mode] = frame;
  const isLayerThree = sync === 0xff && (version & 0xe6) === 0xe2;
  if (!isLayerThree || mode === undefined) return undefined;
  return mode >> 6 === MONO ? 1 : 2;
}
