import type { Part, PartName } from '../protocol/part.ts';
import type { LogFile } from './log-files.ts';
import { decodeHeader, encodeRecord, RECORD_HEADER_BYTES, type RecordHeader } from './opfs-record.ts';

/** SHA-256. */
export type DigestOf = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** Where a part lies in its file. */
export interface Place {
  readonly at: number;
  readonly length: number;
  readonly digest: Uint8Array;
}

/** One append-only file of records. */
export class OpfsLog {
  readonly #file: LogFile;
  #end: number;

  private constructor(file: LogFile, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** Reads what is there; the first record that is not whole, and everything behind it, is dropped. */
  static async open(file: LogFile, digestOf: DigestOf, onRecord: (name: PartName, place: Place) => void) {
    const size = file.size();
    let end = 0;
    for (;;) {
      const header = readHeader(file, end);
      if (header === undefined || end + RECORD_HEADER_BYTES + header.length > size) break;
      const place = { at: end + RECORD_HEADER_BYTES, length: header.length, digest: header.digest };
      const bytes = readBytes(file, place);
      if (bytes === undefined || !isSame(await digestOf(bytes), header.digest)) break;
      onRecord({ track: header.track, part: header.part }, place);
      end = place.at + place.length;
    }
    if (end < size) file.truncate(end);
    return new OpfsLog(file, end);
  }

  /** Length of the file in bytes. */
  get bytes(): number {
    return this.#end;
  }

  /** Undefined when there is no room: the file is as it was then. */
  append(part: Part): Place | undefined {
    const record = encodeRecord(part);
    if (!this.#write(record)) return undefined;
    const at = this.#end + RECORD_HEADER_BYTES;
    this.#end += record.length;
    return { at, length: part.bytes.length, digest: part.digest };
  }

  read(place: Place): Uint8Array | undefined {
    return readBytes(this.#file, place);
  }

  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }

  #write(record: Uint8Array): boolean {
    try {
      if (this.#file.write(record, this.#end) === record.length) return true;
    } catch {
      // A full disk and an exceeded quota throw; what they left behind goes the same way as a short write.
    }
    this.#file.truncate(this.#end);
    return false;
  }
}

function readHeader(file: LogFile, at: number): RecordHeader | undefined {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES);
  return file.read(bytes, at) === bytes.length ? decodeHeader(bytes) : undefined;
}

function readBytes(file: LogFile, place: Place): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(place.length);
  return file.read(bytes, place.at) === place.length ? bytes : undefined;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
