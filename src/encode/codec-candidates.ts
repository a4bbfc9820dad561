/** H.264 levels: macroblocks a frame and macroblocks a second (ITU-T H.264 table A-1). */
const LEVELS: readonly { readonly idc: number; readonly frame: number; readonly second: number }[] = [
  { idc: 21, frame: 792, second: 19_800 },
  { idc: 30, frame: 1_620, second: 40_500 },
  { idc: 31, frame: 3_600, second: 108_000 },
  { idc: 32, frame: 5_120, second: 216_000 },
  { idc: 40, frame: 8_192, second: 245_760 },
  { idc: 42, frame: 8_704, second: 522_240 },
  { idc: 50, frame: 22_080, second: 589_824 },
  { idc: 51, frame: 36_864, second: 983_040 },
  { idc: 52, frame: 36_864, second: 2_073_600 },
];

/** High, Main, Constrained Baseline: profile and constraint bytes, best first. */
const PROFILES = ['6400', '4d00', '42e0'];

export function h264Level(width: number, height: number, frameRate: number): number {
  const frame = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = LEVELS.find((row) => row.frame >= frame && row.second >= frame * frameRate);
  return level?.idc ?? 52;
}

/** The names to ask an encoder for, in order; what it makes is read from its avcC, never from these. */
export function h264Candidates(width: number, height: number, frameRate: number): readonly string[] {
  const level = h264Level(width, height, frameRate).toString(16);
  return PROFILES.map((profile) => `avc1.${profile}${level}`);
}
