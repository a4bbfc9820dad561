/** What a viewer sees when the broadcast turns into a recording under the playhead. */
export type Ending =
  /** Played everything: stop here instead of looping the last half second. */
  | 'finish'
  /** Still has something to see: play on, in the recording. */
  | 'play-on';

const AT_THE_END_MS = 3000;

export function decideEnding(positionMs: number, durationMs: number, isFollowingLive: boolean): Ending {
  const restMs = durationMs - positionMs;
  return restMs < (isFollowingLive ? AT_THE_END_MS : 150) ? 'finish' : 'play-on';
}
