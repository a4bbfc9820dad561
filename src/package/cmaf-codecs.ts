import { StageError } from '../protocol/errors.ts';

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/**
 * RFC 6381 name of an H.264 stream from its decoder configuration: profile, constraints and level are bytes 1 to 3.
 * Never from the name that was asked of the encoder: OpenH264 ignores the level and echoes the wish.
 */
export function codecsFromAvcC(avcC: Uint8Array): string {
  const [version, profile, constraints, level] = avcC;
  if (version !== 1 || profile === undefined || constraints === undefined || level === undefined)
    throw new StageError('package', 'bad_avcc', 'The video encoder gave no usable description of its stream.');
  return `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`;
}

/** RFC 6381 name of an AAC stream: the object type is the first five bits of the AudioSpecificConfig. */
export function codecsFromAudioSpecificConfig(config: Uint8Array): string {
  const first = config[0];
  if (first === undefined || config.length < 2 || first >> 3 === 0)
    throw new StageError('package', 'bad_asc', 'The sound encoder gave no usable description of its stream.');
  return `mp4a.40.${first >> 3}`;
}
