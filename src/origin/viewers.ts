import type { FastifyRequest } from 'fastify';

/** Who read nothing for this long has left. */
const GONE_AFTER_MS = 30_000;
/** Counting again for every list would cost more than it tells. */
const COUNT_EVERY_MS = 1000;
const MAX_PER_BROADCAST = 100_000;
/** Pages behind one address and browser: a school, not an army. */
const MAX_PAGES_PER_READER = 64;

/** Tells one player from another without asking: an address with a program. */
export const readerOf = (request: FastifyRequest): string => `${request.ip} ${request.headers['user-agent'] ?? ''}`;

interface Audience {
  /** When each reader, an address with a program, last read media. */
  readonly readers: Map<string, number>;
  readonly pages: Map<string, { readonly reader: string; readonly atMs: number }>;
  counted: { readonly viewers: number; readonly atMs: number } | undefined;
}

/**
 * How many are watching: pages that say so, and every other player that reads media, one for each address and program.
 * Kept in memory for half a minute and nowhere else.
 */
export class Viewers {
  readonly #audiences = new Map<string, Audience>();

  /** A request for media: on the hot path, so one look-up and one store. */
  read(broadcastId: string, reader: string, nowMs: number): void {
    const { readers } = this.#audience(broadcastId);
    if (readers.size < MAX_PER_BROADCAST || readers.has(reader)) readers.set(reader, nowMs);
  }

  /** A page that plays, by a random id of its own. */
  page(broadcastId: string, page: string, reader: string, nowMs: number): void {
    const audience = this.#audience(broadcastId);
    const { pages } = audience;
    if (!pages.has(page)) {
      this.#sweep(audience, nowMs);
      const beside = [...pages.values()].filter((other) => other.reader === reader).length;
      if (pages.size >= MAX_PER_BROADCAST || beside >= MAX_PAGES_PER_READER) return;
    }
    pages.set(page, { reader, atMs: nowMs });
  }

  count(broadcastId: string, nowMs: number): number {
    const audience = this.#audiences.get(broadcastId);
    if (audience === undefined) return 0;
    const { counted } = audience;
    if (counted !== undefined && nowMs - counted.atMs < COUNT_EVERY_MS && nowMs >= counted.atMs) return counted.viewers;
    this.#sweep(audience, nowMs);
    const { readers, pages } = audience;
    if (readers.size === 0 && pages.size === 0) {
      this.#audiences.delete(broadcastId);
      return 0;
    }
    const withPage = new Set(Array.from(pages.values(), (page) => page.reader));
    const others = [...readers.keys()].filter((reader) => !withPage.has(reader)).length;
    audience.counted = { viewers: pages.size + others, atMs: nowMs };
    return audience.counted.viewers;
  }

  forget(broadcastId: string): void {
    this.#audiences.delete(broadcastId);
  }

  #audience(broadcastId: string): Audience {
    let audience = this.#audiences.get(broadcastId);
    if (audience === undefined) {
      audience = { readers: new Map(), pages: new Map(), counted: undefined };
      this.#audiences.set(broadcastId, audience);
    }
    return audience;
  }

  #sweep({ readers, pages }: Audience, nowMs: number): void {
    for (const [reader, atMs] of readers) if (nowMs - atMs > GONE_AFTER_MS) readers.delete(reader);
    for (const [page, { atMs }] of pages) if (nowMs - atMs > GONE_AFTER_MS) pages.delete(page);
  }
}
