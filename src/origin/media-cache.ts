/** The budget when none is said: ten seconds of a full ladder are 11 MB. */
export const MEDIA_CACHE_BYTES = 128e6;
/** What an entry takes beside its bytes, so that many small ones are counted too. */
const ENTRY_BYTES = 1024;

const keyOf = (name: string, block: number): string => `${name} ${block}`;

/** How often something is asked for until it is kept: while there is room, and when something has to go for it. */
const ASKS_WITH_ROOM = 2;
const ASKS_WHEN_FULL = 4;

/** Counted since the process started, but for `bytes`. */
export interface MediaCacheFacts {
  readonly bytes: number;
  readonly budgetBytes: number;
  readonly fromMemory: number;
  readonly fromDisk: number;
}

/** Names in the order of their last use, and never more bytes of them than the budget: the oldest go first. */
class Recent<T> {
  readonly #budgetBytes: number;
  readonly #entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Counts as a use. */
  get(name: string): T | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.value;
  }

  add(name: string, value: T, valueBytes: number): void {
    this.#remove(name);
    const bytes = valueBytes + ENTRY_BYTES;
    if (bytes > this.#budgetBytes) return;
    this.#entries.set(name, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#remove(oldest);
    }
  }

  removeAll(prefix: string): void {
    for (const name of this.#entries.keys()) if (name.startsWith(prefix)) this.#remove(name);
  }

  #remove(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }
}

/**
 * Blocks of finished segments, for many viewers of the same place: read and compared once, and one Buffer for all of
 * them. Whoever still sends one that had to go holds it until it is sent, one for each answer.
 */
export class MediaCache {
  readonly #budgetBytes: number;
  /** How often what was asked for last, kept or not, was; as far back as the budget would reach. */
  readonly #asked: Recent<number>;
  readonly #kept: Recent<Buffer>;
  readonly #coming = new Map<string, Promise<Buffer>>();
  #fromMemory = 0;
  #fromDisk = 0;

  /** 0 keeps nothing. */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
    this.#asked = new Recent(budgetBytes);
    this.#kept = new Recent(budgetBytes);
  }

  get facts(): MediaCacheFacts {
    const [budgetBytes, fromMemory, fromDisk] = [this.#budgetBytes, this.#fromMemory, this.#fromDisk];
    return { bytes: this.#kept.bytes, budgetBytes, fromMemory, fromDisk };
  }

  /**
   * False for what was not asked for often enough lately: it is left to whoever asks to read it from the disk. One who
   * watches a recording alone would only push out what others share; and when all places are asked for equally often,
   * changing what is kept costs more than it brings.
   */
  isWorthKeeping(name: string, bytes: number): boolean {
    const asks = (this.#asked.get(name) ?? 0) + 1;
    const hasRoom = this.#kept.bytes + bytes <= this.#budgetBytes;
    const isWorthIt = this.#kept.has(keyOf(name, 0)) || asks >= (hasRoom ? ASKS_WITH_ROOM : ASKS_WHEN_FULL);
    this.#asked.add(name, isWorthIt ? ASKS_WHEN_FULL : asks, bytes);
    if (!isWorthIt) this.#fromDisk += 1;
    return isWorthIt;
  }

  /**
   * A block, by where it begins, as it is kept or as `load` brings it, once for all who ask meanwhile. It must not change
   * any more.
   */
  async read(name: string, block: number, load: () => Promise<Buffer>): Promise<Buffer> {
    const key = keyOf(name, block);
    const found = this.#kept.get(key) ?? this.#coming.get(key);
    if (found !== undefined) {
      this.#fromMemory += 1;
      return found;
    }
    this.#fromDisk += 1;
    const coming = load();
    this.#coming.set(key, coming);
    // It may be forgotten meanwhile, and read anew.
    const isWanted = (): boolean => this.#coming.get(key) === coming;
    try {
      const bytes = await coming;
      if (isWanted()) this.#kept.add(key, bytes, bytes.length);
      return bytes;
    } finally {
      if (isWanted()) this.#coming.delete(key);
    }
  }

  /** Everything whose name begins so: the bytes there are gone, or others. */
  forget(prefix: string): void {
    for (const key of this.#coming.keys()) if (key.startsWith(prefix)) this.#coming.delete(key);
    this.#asked.removeAll(prefix);
    this.#kept.removeAll(prefix);
  }
}
