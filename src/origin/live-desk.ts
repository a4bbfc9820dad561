import type { Broadcast } from './broadcast.ts';
import { LiveHelp, type LiveHelpDeps } from './live-help.ts';
import { type LiveLooks, staleLook } from './live-looks.ts';
import { Problem } from './problem.ts';

/** The lives of this process that somebody helps with. */
export class LiveDesk {
  readonly #deps: LiveHelpDeps;
  readonly #lives = new Map<string, LiveHelp>();

  constructor(deps: LiveHelpDeps) {
    this.#deps = deps;
  }

  /** Throws 409 `no_help_wanted`. */
  of(broadcast: Broadcast): LiveHelp {
    const { record, running } = broadcast;
    // After the end, while others make what lacks.
    const busy = this.find(record.id);
    if (busy?.isBusy === true) return busy;
    if (running === undefined || running.isUpload || broadcast.isOver)
      throw new Problem(409, 'no_help_wanted', 'There is nothing to help with here any more.');
    const known = this.find(record.id) ?? new LiveHelp(broadcast, running, this.#deps);
    this.#lives.set(record.id, known);
    return known;
  }

  find(broadcastId: string): LiveHelp | undefined {
    return this.#lives.get(broadcastId);
  }

  /** Throws 409 `not_asked` when nobody helps with it. */
  looksOf({ record }: Broadcast): LiveLooks {
    const help = this.find(record.id);
    if (help === undefined) throw staleLook();
    return help.looks;
  }

  /** `isOver` of a broadcast that is gone is true. */
  housekeep(isOver: (broadcastId: string) => boolean): void {
    for (const [id, { isBusy }] of this.#lives) if (isOver(id) && !isBusy) this.#lives.delete(id);
  }
}
