import { MAX_RECORDING_MS } from '../protocol/broadcast.ts';
import { durationMsOf, type RecordingPlan } from './recording-plan.ts';

export const MAX_SIDE = 16_384;
const DAY_MS = 86_400_000;

export interface ClaimProblem {
  readonly code: 'too_long' | 'too_large';
  readonly message: string;
}

/** Damaged files say the wildest things of themselves: nothing is begun for what cannot be. */
export function claimProblem(
  plan: RecordingPlan,
  { width, height }: { readonly width: number; readonly height: number },
): ClaimProblem | undefined {
  const durationMs = durationMsOf(plan);
  if (!(durationMs <= MAX_RECORDING_MS)) {
    const message = `This file says that it lasts longer than ${Math.floor(MAX_RECORDING_MS / DAY_MS)} days, which are the most that is taken. It may be damaged.`;
    return { code: 'too_long', message };
  }
  const isSide = (side: number): boolean => side >= 1 && side <= MAX_SIDE;
  if (isSide(width) && isSide(height)) return undefined;
  const message = `This file says that its picture has ${width} × ${height} pixels, and ${MAX_SIDE} a side are the most that is taken. It may be damaged.`;
  return { code: 'too_large', message };
}
