import { probeEncoder } from 'tabcast:encoder-probe';
import type { LadderRung } from '../rungs.ts';
import type { EncoderId } from './job.ts';

export interface ProbeJob {
  readonly rung: LadderRung;
  readonly encoder: EncoderId;
}

/** Frames a second, or why there are none. */
export type ProbeAnswer = { readonly ok: true; readonly fps: number } | { readonly ok: false; readonly why: string };

/** Long enough that the first pictures, which cost more, do not count. */
const FOR_MS = 2_000;

addEventListener('message', ({ data: { rung, encoder } }: MessageEvent<ProbeJob>) => {
  const plan = { rungs: [rung], frameRate: 30, encoders: [encoder], forMs: FOR_MS };
  probeEncoder(plan, () => undefined).then(
    ({ speeds: [speed] }) => postMessage({ ok: true, fps: speed?.fps ?? 0 } satisfies ProbeAnswer),
    (error: unknown) => postMessage({ ok: false, why: String(error) } satisfies ProbeAnswer),
  );
});
