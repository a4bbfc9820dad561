/** What every contestant makes of the clip; widths are multiples of 16. */
export interface LadderRung {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export const RUNGS: readonly LadderRung[] = [
  { width: 1280, height: 720, bitrateBps: 2_500_000 },
  { width: 848, height: 480, bitrateBps: 1_200_000 },
  { width: 640, height: 360, bitrateBps: 700_000 },
];

export const FRAME_RATE = 30;
/** A key frame every two seconds, as on the product's grid. */
export const GOP_FRAMES = 60;
