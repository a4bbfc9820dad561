import type { BroadcastRecord, BroadcastRecords, RecordChange } from './broadcast-records.ts';

/** The record of a broadcast: what is in memory is the truth of this process; writes follow in order. */
export class SavedRecord {
  readonly #records: Pick<BroadcastRecords, 'save'>;
  #now: BroadcastRecord;
  #saving: Promise<void> = Promise.resolve();

  constructor(record: BroadcastRecord, records: Pick<BroadcastRecords, 'save'>) {
    this.#now = record;
    this.#records = records;
  }

  get now(): BroadcastRecord {
    return this.#now;
  }

  /** In force at once, and saved with the next change. */
  note(change: RecordChange): void {
    this.#now = { ...this.#now, ...change };
  }

  /** In force at once, and durable when the promise resolves. */
  async change(change: RecordChange): Promise<void> {
    this.note(change);
    const saved = this.#saving.then(() => this.#records.save(this.#now));
    this.#saving = saved.catch(() => {});
    await saved;
  }

  /** Resolves when nothing is being written. */
  async rest(): Promise<void> {
    await this.#saving;
  }
}
