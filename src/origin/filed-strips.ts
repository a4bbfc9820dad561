import path from 'node:path';
import { parseStripName } from '../protocol/urls.ts';
import { makeDirectoryDurably, writeWhole } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import { RangeSet } from './ranges.ts';

/** No track has such a name. */
const FOLDER = 'thumbnails';

/** The strips of small pictures of one broadcast: a file per segment. Power loss may take the newest; nobody waits. */
export class FiledStrips {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly known = new RangeSet();

  constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#folder = path.join(directory, FOLDER);
  }

  /** What an earlier process left; a file that was half-written has another name and is written over. */
  async find(): Promise<void> {
    for (const { name } of await this.#files.list(this.#folder).catch(() => [])) {
      const segment = parseStripName(name);
      if (segment !== undefined) this.known.add(segment);
    }
  }

  async write(segment: number, bytes: Buffer): Promise<void> {
    await makeDirectoryDurably(this.#files, this.#folder);
    await writeWhole(this.#files, this.#file(segment), bytes);
    this.known.add(segment);
  }

  /** One that somebody removed from the disk is not there any more. */
  async read(segment: number): Promise<Buffer | undefined> {
    if (!this.known.has(segment)) return undefined;
    return this.#files.readFile(this.#file(segment)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      this.known.removeRange(segment, segment + 1);
      return undefined;
    });
  }

  #file(segment: number): string {
    return path.join(this.#folder, `${segment}.jpg`);
  }
}
