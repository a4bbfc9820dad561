/** One rendition to encode: what goes into the encoder and into the manifest. */
export interface Rung {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export interface RungSpeed {
  readonly height: number;
  /** Frames a second this machine encodes of that rung alone. */
  readonly fps: number;
}

export interface LeftOut {
  readonly height: number;
  readonly reason: string;
}

export interface LadderChoice {
  readonly rungs: readonly Rung[];
  readonly leftOut: readonly LeftOut[];
}

const STEPS = [
  { height: 1080, bitrateBps: 4_500_000 },
  { height: 720, bitrateBps: 2_500_000 },
  { height: 480, bitrateBps: 1_200_000 },
  { height: 360, bitrateBps: 700_000 },
  { height: 240, bitrateBps: 350_000 },
] as const;

/** Of the measured uplink, for media; the rest is for retries, for headers and for a line that is not always its best. */
export const UPLINK_SHARE = 0.7;
/** Of the measured encoding time: the machine also captures, packs, sends and shows the page. */
export const ENCODER_SHARE = 0.7;
const LOWEST_BITRATE_BPS = 150_000;

const align = (value: number, step: number): number => Math.max(step, Math.round(value / step) * step);

/** Every rung at or below the source; widths are multiples of 16, which every hardware encoder takes. */
export function candidateRungs(sourceWidth: number, sourceHeight: number): readonly Rung[] {
  const aspect = sourceWidth / sourceHeight;
  const rungs = STEPS.filter((step) => step.height <= sourceHeight).map((step) => ({
    width: align(step.height * aspect, 16),
    height: step.height,
    bitrateBps: Math.round((step.bitrateBps * Math.min(1, aspect / (16 / 9))) / 1000) * 1000,
  }));
  if (rungs.length > 0) return rungs;
  return [{ width: align(sourceWidth, 16), height: align(sourceHeight, 2), bitrateBps: 350_000 }];
}

/** What helpers could make of the largest of these: the whole ladder below it. */
export function helpedRungs(rungs: readonly Rung[]): readonly Rung[] {
  const [top] = rungs;
  if (top === undefined) return rungs;
  return [top, ...candidateRungs(top.width, top.height).filter(({ height }) => height < top.height)];
}

/** Share of the machine that a set of rungs takes at a frame rate; one is everything. */
export function encoderLoad(rungs: readonly Rung[], speeds: readonly RungSpeed[], frameRate: number): number {
  return rungs.reduce((sum, rung) => {
    const fps = speeds.find((speed) => speed.height === rung.height)?.fps ?? 0;
    return sum + (fps > 0 ? frameRate / fps : 1);
  }, 0);
}

/**
 * The rungs that both the machine and the line carry. While it is too much, a middle rung goes first and then the top
 * one, so that the best and the safest picture stay longest; what went for the sake of a top that did not stay comes
 * back, the best first. One rung always stays, with a bit rate that fits.
 */
export function chooseLadder(
  candidates: readonly Rung[],
  speeds: readonly RungSpeed[],
  frameRate: number,
  uplinkBps: number,
  audioBps: number,
): LadderChoice {
  const budgetBps = uplinkBps * UPLINK_SHARE - audioBps;
  const falling = [...candidates].sort((a, b) => b.height - a.height);
  const isTooHeavy = (rungs: readonly Rung[]): boolean => encoderLoad(rungs, speeds, frameRate) > ENCODER_SHARE;
  const isTooWide = (rungs: readonly Rung[]): boolean =>
    rungs.reduce((sum, rung) => sum + rung.bitrateBps, 0) > budgetBps;
  const fits = (rungs: readonly Rung[]): boolean => !isTooHeavy(rungs) && !isTooWide(rungs);

  let rungs: readonly Rung[] = falling;
  while (rungs.length > 1 && !fits(rungs)) rungs = rungs.toSpliced(rungs.length > 3 ? 1 : 0, 1);
  for (const rung of falling) {
    const more = falling.filter((one) => one === rung || rungs.includes(one));
    if (fits(more)) rungs = more;
  }
  const leftOut = falling
    .filter((rung) => !rungs.includes(rung))
    .map((rung) => ({
      height: rung.height,
      reason: isTooHeavy([...rungs, rung])
        ? `This machine is not fast enough to encode ${rung.height}p as well.`
        : `Your uplink carries about ${megabits(uplinkBps)} Mb/s; ${rung.height}p would take too much of it.`,
    }));
  const [only] = rungs;
  if (only !== undefined && rungs.length === 1 && isTooWide(rungs)) {
    rungs = [{ ...only, bitrateBps: Math.max(LOWEST_BITRATE_BPS, Math.floor(budgetBps)) }];
  }
  return { rungs, leftOut };
}

const megabits = (bps: number): string => (bps / 1_000_000).toFixed(1);
