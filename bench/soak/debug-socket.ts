import { once } from 'node:events';

/** One line to a debugger, of a Node process or of a page. */
export interface DebugSocket {
  ask<T>(method: string, params?: Readonly<Record<string, unknown>>): Promise<T>;
  close(): void;
}

export async function openDebugSocket(url: string): Promise<DebugSocket> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let newest = 0;
  return {
    ask: <T>(method: string, params: Readonly<Record<string, unknown>> = {}) =>
      new Promise<T>((resolve, reject) => {
        const id = ++newest;
        const take = ({ data }: MessageEvent<string>): void => {
          const answer = JSON.parse(data) as { id?: number; result?: T; error?: { message: string } };
          if (answer.id !== id) return;
          socket.removeEventListener('message', take);
          if (answer.error === undefined) resolve(answer.result as T);
          else reject(new Error(`${method}: ${answer.error.message}`));
        };
        socket.addEventListener('message', take);
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}

/** Bytes of the heap that are in use after a forced collection. */
export async function heapBytesOf(socket: DebugSocket): Promise<number> {
  // What only waits to be finalised goes with the second one.
  await socket.ask('HeapProfiler.collectGarbage');
  await socket.ask('HeapProfiler.collectGarbage');
  return (await socket.ask<{ usedSize: number }>('Runtime.getHeapUsage')).usedSize;
}
