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
 * one, so that the best and the safest picture stay longest. One rung always stays, with a bit rate that fits.
 */
export function chooseLadder(
  candidates: readonly Rung[],
  speeds: readonly RungSpeed[],
  frameRate: number,
  uplinkBps: number,
  audioBps: number,
): LadderChoice {
  const budgetBps = uplinkBps * UPLINK_SHARE - audioBps;
  let rungs = [...candidates].sort((a, b) => b.height - a.height);
  const leftOut: LeftOut[] = [];
  const isTooHeavy = (): boolean => encoderLoad(rungs, speeds, frameRate) > ENCODER_SHARE;
  const isTooWide = (): boolean => rungs.reduce((sum, rung) => sum + rung.bitrateBps, 0) > budgetBps;
  while (rungs.length > 1 && (isTooHeavy() || isTooWide())) {
    const isLine = !isTooHeavy();
    const victim = rungs[rungs.length > 3 ? 1 : 0];
    if (victim === undefined) break;
    rungs = rungs.filter((rung) => rung !== victim);
    leftOut.push({
      height: victim.height,
      reason: isLine
        ? `Your uplink carries about ${megabits(uplinkBps)} Mb/s; ${victim.height}p would take too much of it.`
        : `This machine is not fast enough to encode ${victim.height}p as well.`,
    });
  }
  const [only] = rungs;
  if (only !== undefined && rungs.length === 1 && isTooWide()) {
    rungs = [{ ...only, bitrateBps: Math.max(LOWEST_BITRATE_BPS, Math.floor(budgetBps)) }];
  }
  return { rungs, leftOut };
}

const megabits = (bps: number): string => (bps / 1_000_000).toFixed(1);
