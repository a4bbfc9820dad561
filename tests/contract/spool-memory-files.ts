import type { LogFile, LogFolder } from '../../src/spool/log-files.ts';

/** Files in memory that stay when their handles are gone, as on a disk. */
export class MemoryFolder implements LogFolder {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #openNames = new Set<string>();
  /** Bytes all files together may take. */
  capacity = Number.POSITIVE_INFINITY;
  /** Names for which the folder itself has no room. */
  refuses: (name: string) => boolean = () => false;

  async names(): Promise<readonly string[]> {
    return [...this.files.keys()];
  }

  async open(name: string): Promise<LogFile> {
    if (this.#openNames.has(name)) throw new Error(`${name} is open elsewhere`);
    if (this.refuses(name)) throw new Error(`no room for ${name}`);
    this.#openNames.add(name);
    if (!this.files.has(name)) this.files.set(name, new Uint8Array());
    const { files } = this;
    const bytes = (): Uint8Array<ArrayBuffer> => files.get(name) ?? new Uint8Array();
    const used = (): number => [...files.values()].reduce((sum, file) => sum + file.length, 0);
    return {
      size: () => bytes().length,
      read(into, at) {
        const piece = bytes().subarray(at, at + into.length);
        into.set(piece);
        return piece.length;
      },
      write: (data, at) => {
        const room = this.capacity - used();
        const piece = data.subarray(0, Math.max(0, Math.min(data.length, room)));
        const next = new Uint8Array(Math.max(bytes().length, at + piece.length));
        next.set(bytes());
        next.set(piece, at);
        files.set(name, next);
        return piece.length;
      },
      truncate: (size) => files.set(name, bytes().slice(0, size)),
      flush: () => undefined,
      close: () => this.#openNames.delete(name),
    };
  }

  async remove(name: string): Promise<void> {
    if (this.#openNames.has(name)) throw new Error(`${name} is still open`);
    this.files.delete(name);
  }

  /** The tab that had files open is gone. */
  crash(): void {
    this.#openNames.clear();
  }
}
