import { connect, createServer, type Server, type Socket } from 'node:net';

/** One line between a viewer and the origin, shared by all its connections. */
export interface LineShape {
  /** Half of it in each direction; a new connection pays it once more, as the handshake would. */
  readonly roundTripMs: number;
  /** From the origin to the viewer; undefined is unlimited. */
  readonly downBps?: number | undefined;
  readonly upBps?: number | undefined;
  /** How long the queue before the bottleneck may get before senders are held back. */
  readonly queueMs?: number;
  /** What is sent arrives in pieces of this many bytes, one a millisecond, as through a bad middlebox. */
  readonly sliceBytes?: number | undefined;
}

export interface Shaper {
  readonly url: string;
  readonly port: number;
  /** Takes effect at once; what is already queued leaves at the old rate. */
  set(shape: LineShape): void;
  /** Cuts every connection, as a lost network does. */
  cut(): void;
  /** After so many more bytes towards the origin, the connection that carries the last of them is reset there. */
  resetAfter(upBytes: number): void;
  /** The connections of now stay open and never carry another byte: the other end has vanished without a word. */
  strand(): void;
  /** Bytes that reached the viewer so far, and connections opened. */
  totals(): { readonly downBytes: number; readonly upBytes: number; readonly connections: number };
  stop(): Promise<void>;
}

const READ_BYTES = 16 * 1024;
const DEFAULT_QUEUE_MS = 100;

/** A user-space line: works where the kernel has no netem. FIFO, with back-pressure instead of loss. */
export async function startShaper(targetUrl: string, shape: LineShape, port = 0): Promise<Shaper> {
  const target = new URL(targetUrl);
  const down = new Direction();
  const up = new Direction();
  const sockets = new Set<Socket>();
  const stranded = new WeakSet<Socket>();
  let connections = 0;
  let roundTripMs = shape.roundTripMs;

  const set = (next: LineShape): void => {
    roundTripMs = next.roundTripMs;
    const queueMs = next.queueMs ?? DEFAULT_QUEUE_MS;
    const delayMs = next.roundTripMs / 2;
    down.shape({ delayMs, bps: next.downBps, queueMs, sliceBytes: next.sliceBytes });
    up.shape({ delayMs, bps: next.upBps, queueMs, sliceBytes: next.sliceBytes });
  };
  set(shape);

  const join = (viewer: Socket): void => {
    connections++;
    const origin: Socket = connect({
      host: target.hostname,
      port: Number(target.port),
      onread: {
        buffer: Buffer.alloc(READ_BYTES),
        callback(bytes, buffer): boolean {
          if (stranded.has(origin)) return true;
          // The buffer is reused for the next read.
          return down.pass(Buffer.from(buffer.subarray(0, bytes)), viewer, origin);
        },
      },
    });
    let handshakeMs = roundTripMs;
    viewer.on('data', (chunk) => {
      if (stranded.has(viewer)) return;
      if (!up.pass(chunk, origin, viewer, handshakeMs)) viewer.pause();
      handshakeMs = 0;
    });
    for (const [from, to, line] of [
      [viewer, origin, up],
      [origin, viewer, down],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('end', () => {
        if (!stranded.has(from)) line.end(to);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        line.end(to);
      });
    }
    // A viewer that went away must not keep the origin sending.
    viewer.on('close', () => origin.destroy());
  };

  const server: Server = createServer({ allowHalfOpen: true, highWaterMark: READ_BYTES }, join);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    set,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    resetAfter(upBytes) {
      up.resetAfter(upBytes);
    },
    strand() {
      for (const socket of sockets) stranded.add(socket);
    },
    totals: () => ({ downBytes: down.bytes, upBytes: up.bytes, connections }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      down.stop();
      up.stop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Parcel {
  readonly atMs: number;
  readonly to: Socket;
  readonly from: Socket | undefined;
  /** Undefined closes the connection after everything before it. */
  readonly data: Buffer | undefined;
}

interface DirectionShape {
  readonly delayMs: number;
  readonly bps: number | undefined;
  readonly queueMs: number;
  readonly sliceBytes: number | undefined;
}

class Direction {
  bytes = 0;
  private now: DirectionShape = { delayMs: 0, bps: undefined, queueMs: DEFAULT_QUEUE_MS, sliceBytes: undefined };
  private bytesToReset = Number.POSITIVE_INFINITY;
  private lineFreeAtMs = 0;
  private readonly parcels: Parcel[] = [];
  private readonly held = new Set<Socket>();
  private timer: NodeJS.Timeout | undefined;

  shape(shape: DirectionShape): void {
    this.now = shape;
  }

  resetAfter(bytes: number): void {
    this.bytesToReset = bytes;
  }

  /** False when the sender has to wait; it is resumed when the queue is short again. */
  pass(data: Buffer, to: Socket, from: Socket, extraMs = 0): boolean {
    const { bps, delayMs, queueMs, sliceBytes = data.length } = this.now;
    const now = performance.now();
    for (let at = 0; at < data.length; at += sliceBytes) {
      const slice = data.subarray(at, at + sliceBytes);
      const sliceMs = slice.length < data.length ? 1 : 0;
      const takesMs = bps === undefined ? sliceMs : (slice.length * 8 * 1000) / bps;
      this.lineFreeAtMs = Math.max(now, this.lineFreeAtMs) + takesMs;
      this.push({ atMs: this.lineFreeAtMs + delayMs + extraMs, to, from, data: slice });
    }
    if (this.lineFreeAtMs - now <= queueMs) return true;
    this.held.add(from);
    return false;
  }

  end(to: Socket): void {
    this.push({
      atMs: Math.max(performance.now(), this.lineFreeAtMs) + this.now.delayMs,
      to,
      from: undefined,
      data: undefined,
    });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.parcels.length = 0;
  }

  private push(parcel: Parcel): void {
    // A shorter delay set meanwhile must not let later bytes overtake earlier ones.
    const last = this.parcels.at(-1);
    this.parcels.push(last !== undefined && last.atMs > parcel.atMs ? { ...parcel, atMs: last.atMs } : parcel);
    this.arm();
  }

  private arm(): void {
    const next = this.parcels[0];
    if (this.timer !== undefined || next === undefined) return;
    this.timer = setTimeout(() => this.deliver(), Math.max(0, next.atMs - performance.now()));
  }

  private deliver(): void {
    this.timer = undefined;
    const now = performance.now();
    let next = this.parcels[0];
    while (next !== undefined && next.atMs <= now + 0.5) {
      this.parcels.shift();
      if (next.data === undefined) next.to.end();
      else if (next.to.writable) this.write(next.to, next.from, next.data);
      next = this.parcels[0];
    }
    if (this.lineFreeAtMs - now <= this.now.queueMs / 2)
      for (const socket of this.held) {
        this.held.delete(socket);
        socket.resume();
      }
    this.arm();
  }

  private write(to: Socket, from: Socket | undefined, data: Buffer): void {
    const head = data.subarray(0, this.bytesToReset);
    this.bytes += head.length;
    this.bytesToReset -= head.length;
    if (this.bytesToReset > 0) to.write(head);
    else {
      this.bytesToReset = Number.POSITIVE_INFINITY;
      to.end(head);
      from?.resetAndDestroy();
    }
  }
}
