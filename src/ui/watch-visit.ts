import type { PlayerState } from '../play/player-state.ts';
import type { TabcastPlayer } from '../play/tabcast-player.ts';
import type { ResumeChoice } from '../positions/resume.ts';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { openPositions } from './positions-client.ts';
import { PositionsRecorder } from './positions-recorder.ts';
import { chooseBeginning } from './resume-glue.ts';
import { startWish } from './start-wish.ts';
import { keepWatchPage } from './watch-service.ts';
import { signalWatching } from './watching-signal.ts';

export interface WatchVisitOptions {
  readonly broadcastId: string;
  /** `begin` is asked once where to start, in milliseconds; undefined leaves it to the player. */
  open(begin: (detail: BroadcastDetail) => Promise<number | undefined>): TabcastPlayer;
  onState(state: PlayerState): void;
  /** What was decided about where to begin. */
  onChoice(choice: ResumeChoice): void;
}

/** One person watching one broadcast: begins where they were, writes down where they are, and is counted. */
export class WatchVisit {
  readonly player: TabcastPlayer;
  readonly #options: WatchVisitOptions;
  readonly #stopSignal: () => void;
  #state: PlayerState | undefined;
  #recorder: PositionsRecorder | undefined;
  #isOver = false;

  constructor(options: WatchVisitOptions) {
    this.#options = options;
    this.player = options.open((detail) => this.#begin(detail));
    this.player.subscribe((state) => {
      this.#state = state;
      options.onState(state);
      this.#recorder?.observe(state);
      if (state.playback === 'playing') keepWatchPage();
    });
    this.#stopSignal = signalWatching(options.broadcastId, () => this.#state?.playback === 'playing');
  }

  close(): void {
    this.#isOver = true;
    this.#stopSignal();
    this.#recorder?.close();
    this.player.dispose();
  }

  /** Nothing is written down before it is decided where to go on. */
  async #begin(detail: BroadcastDetail): Promise<number | undefined> {
    const { startMs, choice } = await chooseBeginning(detail, startWish(location.search));
    this.#options.onChoice(choice);
    const positions = await openPositions();
    if (positions !== undefined && !this.#isOver) {
      this.#recorder = new PositionsRecorder(this.#options.broadcastId, positions);
      this.player.mayKeep = await positions.mayKeep();
    }
    return startMs;
  }
}
