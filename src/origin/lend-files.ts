import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Part } from '../protocol/part.ts';
import { decodeTick } from '../protocol/tick.ts';
import { type BodyDeadlines, drainBody } from './body.ts';
import { TEMP_SUFFIX } from './durable-files.ts';

/** Sources and results of one broadcast together; the creator's tab waits when there is more. */
export const MAX_HELP_BYTES = 1024 * 1024 * 1024;

const sourceName = (segment: number): string => `${segment}.source`;
const resultPrefix = (segment: number, helperId: string): string => `${segment}-${helperId}-`;

/**
 * What lies between a creator's tab and its helpers for a while: pieces of the source, and results that nobody has
 * looked at. Nothing here has to survive power loss: what is lost is made again.
 */
export class LendFiles {
  readonly #root: string;
  readonly #sizes = new Map<string, Map<string, number>>();
  #writes = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  /** What an earlier process left is there; half-written files are not. */
  static async open(root: string): Promise<LendFiles> {
    const files = new LendFiles(root);
    await mkdir(root, { recursive: true });
    for (const id of await readdir(root)) {
      const sizes = files.#sizesOf(id);
      for (const name of await readdir(path.join(root, id))) {
        const file = path.join(root, id, name);
        if (name.endsWith(TEMP_SUFFIX)) await rm(file, { force: true });
        else sizes.set(name, (await stat(file)).size);
      }
    }
    return files;
  }

  /** Broadcasts of which there is anything. */
  broadcasts(): readonly string[] {
    return [...this.#sizes.keys()];
  }

  bytesOf(broadcastId: string): number {
    return [...(this.#sizes.get(broadcastId)?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0);
  }

  hasSource(broadcastId: string, segment: number): boolean {
    return this.#sizes.get(broadcastId)?.has(sourceName(segment)) === true;
  }

  /** Straight to the disk as it comes: a source may be large. */
  async putSource(
    broadcastId: string,
    segment: number,
    body: { readonly stream: Readable; readonly limitBytes: number; readonly deadlines: BodyDeadlines },
  ): Promise<void> {
    const temp = await this.#temp(broadcastId, sourceName(segment));
    const file = openSync(temp, 'w');
    let bytes = 0;
    try {
      bytes = await drainBody(body.stream, body.limitBytes, body.deadlines, (chunk) => {
        writeSync(file, chunk);
      });
    } catch (error) {
      closeSync(file);
      await rm(temp, { force: true });
      throw error;
    }
    closeSync(file);
    await this.#keep(broadcastId, sourceName(segment), temp, bytes);
  }

  source(broadcastId: string, segment: number): { readonly stream: Readable; readonly bytes: number } | undefined {
    const bytes = this.#sizes.get(broadcastId)?.get(sourceName(segment));
    if (bytes === undefined) return undefined;
    return { stream: createReadStream(path.join(this.#root, broadcastId, sourceName(segment))), bytes };
  }

  /** `parts` of a result in one body. The same ones again take the place of the first. */
  async putResult(broadcastId: string, segment: number, helperId: string, body: Buffer, first: Part): Promise<void> {
    const name = `${resultPrefix(segment, helperId)}${first.track}-${first.part}.parts`;
    const temp = await this.#temp(broadcastId, name);
    await writeFile(temp, body);
    await this.#keep(broadcastId, name, temp, body.length);
  }

  resultBytes(broadcastId: string, segment: number, helperId: string): number {
    const sizes = this.#sizes.get(broadcastId) ?? new Map<string, number>();
    return this.#results(broadcastId, resultPrefix(segment, helperId)).reduce(
      (sum, name) => sum + (sizes.get(name) ?? 0),
      0,
    );
  }

  /** In no order; a name may come twice. */
  async result(broadcastId: string, segment: number, helperId: string): Promise<readonly Part[]> {
    const names = this.#results(broadcastId, resultPrefix(segment, helperId));
    const bodies = await Promise.all(names.map((name) => readFile(path.join(this.#root, broadcastId, name))));
    return bodies.flatMap((body) => {
      const decoded = decodeTick(body);
      return decoded.kind === 'parts' ? decoded.parts : [];
    });
  }

  async dropResult(broadcastId: string, segment: number, helperId: string): Promise<void> {
    await this.#drop(broadcastId, this.#results(broadcastId, resultPrefix(segment, helperId)));
  }

  /** The source and every result of a segment. */
  async dropSegment(broadcastId: string, segment: number): Promise<void> {
    await this.#drop(broadcastId, [sourceName(segment), ...this.#results(broadcastId, `${segment}-`)]);
  }

  async forget(broadcastId: string): Promise<void> {
    this.#sizes.delete(broadcastId);
    await rm(path.join(this.#root, broadcastId), { recursive: true, force: true });
  }

  #results(broadcastId: string, prefix: string): readonly string[] {
    return [...(this.#sizes.get(broadcastId)?.keys() ?? [])].filter((name) => name.startsWith(prefix));
  }

  async #drop(broadcastId: string, names: readonly string[]): Promise<void> {
    const sizes = this.#sizes.get(broadcastId);
    for (const name of names) {
      sizes?.delete(name);
      await rm(path.join(this.#root, broadcastId, name), { force: true });
    }
  }

  /** Another one for every body: the same may come twice at the same moment. */
  async #temp(broadcastId: string, name: string): Promise<string> {
    await mkdir(path.join(this.#root, broadcastId), { recursive: true });
    this.#writes++;
    return path.join(this.#root, broadcastId, `${name}.${this.#writes}${TEMP_SUFFIX}`);
  }

  async #keep(broadcastId: string, name: string, temp: string, bytes: number): Promise<void> {
    await rename(temp, path.join(this.#root, broadcastId, name));
    this.#sizesOf(broadcastId).set(name, bytes);
  }

  #sizesOf(broadcastId: string): Map<string, number> {
    let sizes = this.#sizes.get(broadcastId);
    if (sizes === undefined) {
      sizes = new Map();
      this.#sizes.set(broadcastId, sizes);
    }
    return sizes;
  }
}
