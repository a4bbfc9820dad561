import type { MediaInfo, Representation } from 'dashjs';

/** As much of dash.js's rules context as a rule needs; dash.js's own type has grown away from its code. */
interface RuleContext {
  getMediaType(): string;
  getMediaInfo(): MediaInfo;
  getRepresentation(): Representation;
  getAbrController(): {
    getPossibleVoRepresentationsFilteredBySettings(mediaInfo: MediaInfo, isCompatibleToo: boolean): Representation[];
  };
}

interface SwitchRequest {
  readonly representation: Representation | null;
  readonly priority: number;
  readonly reason: { readonly throughput: string } | null;
  readonly rule: string;
}

/** dash.js's `SwitchRequest.PRIORITY.STRONG`, which it does not export. */
const STRONG = 1;
const RULE_NAME = 'TabcastLineRule';

export const RULE_TYPE = 'qualitySwitchRules';
export { RULE_NAME };

/** A ladder by ascending bit rates, in bit/s, and the one of them that plays. */
export interface LadderNow {
  readonly current: number;
  readonly ladderBps: readonly number[];
  readonly tracks: readonly string[];
}

/** Picks a rung; undefined leaves it to others. */
export type ChooseRung = (ladder: LadderNow) => number | undefined;

/** A quality rule in the shape that `MediaPlayer.addABRCustomRule` takes: a factory of factories. */
export function lineRule(choose: ChooseRung): object {
  const keep: SwitchRequest = { representation: null, priority: STRONG, reason: null, rule: RULE_NAME };
  const instance = {
    getClassName: () => RULE_NAME,
    reset: () => {},
    getSwitchRequest(context: RuleContext): SwitchRequest {
      if (context.getMediaType() !== 'video') return keep;
      const abr = context.getAbrController();
      const ladder = [...abr.getPossibleVoRepresentationsFilteredBySettings(context.getMediaInfo(), true)].sort(
        (a, b) => a.bandwidth - b.bandwidth,
      );
      const playing = context.getRepresentation();
      const current = ladder.findIndex((rung) => rung.id === playing.id);
      const chosen = choose({
        current: Math.max(0, current),
        ladderBps: ladder.map((rung) => rung.bandwidth),
        tracks: ladder.map((rung) => rung.id),
      });
      const representation = chosen === undefined ? undefined : ladder[chosen];
      if (representation === undefined) return keep;
      return { representation, priority: STRONG, reason: { throughput: 'line' }, rule: RULE_NAME };
    },
  };
  return () => ({ create: () => instance });
}
