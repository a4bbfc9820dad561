import { connect, type Socket } from 'node:net';

/** Everybody in a thread reads into the same place: a fresh Buffer for every read would cost more than the reading. */
const READ_INTO = Buffer.allocUnsafeSlow(1024 * 1024);

/**
 * One keep-alive connection that asks for one thing after another. A whole HTTP client costs more than the server it
 * is to load, so this reads just what our origin answers: a status line, and a length or chunks.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #onData: ((bytes: Buffer) => void) | undefined;
  #onEnd: ((error?: Error) => void) | undefined;
  #head = '';
  #isInBody = false;
  #status = 0;
  #left = 0;
  #isChunked = false;

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
    const onread = {
      buffer: READ_INTO,
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('closed')));
  }

  /**
   * Resolves with the status at the end of the body; `onData` gets it as it comes, chunk framing included, and may not
   * keep it.
   */
  get(path: string, onData: (bytes: Buffer) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#onData = onData;
      this.#onEnd = (error) => (error === undefined ? resolve(this.#status) : reject(error));
      this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`);
    });
  }

  close(): void {
    this.#onEnd = undefined;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let body = bytes;
    if (!this.#isInBody) {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const headBytesHere = end + 4 - (this.#head.length - bytes.length);
      const head = this.#head.slice(0, end).toLowerCase();
      this.#head = '';
      this.#isInBody = true;
      this.#status = Number(head.slice(9, 12));
      this.#isChunked = head.includes('transfer-encoding: chunked');
      this.#left = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      body = bytes.subarray(headBytesHere);
    }
    if (body.length > 0) this.#onData?.(body);
    this.#left -= body.length;
    const isOver = this.#isChunked ? body.toString('latin1', body.length - 5) === '0\r\n\r\n' : this.#left <= 0;
    if (isOver) this.#end();
  }

  #end(error?: Error): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    this.#isInBody = false;
    onEnd?.(error);
  }
}
