import { once } from 'node:events';

/** A Node process that was started with `--inspect`. */
export interface InspectedNode {
  /** After a forced collection, in bytes. */
  heapBytes(): Promise<number>;
  close(): void;
}

interface Answer {
  readonly id: number;
  readonly result: { readonly usedSize?: number };
}

export async function inspectNode(port: number): Promise<InspectedNode> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error(`nothing to inspect on port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  let newest = 0;
  const ask = (method: string): Promise<Answer['result']> =>
    new Promise((resolve) => {
      const id = ++newest;
      const take = ({ data }: MessageEvent<string>): void => {
        const answer = JSON.parse(data) as Answer;
        if (answer.id !== id) return;
        socket.removeEventListener('message', take);
        resolve(answer.result);
      };
      socket.addEventListener('message', take);
      socket.send(JSON.stringify({ id, method }));
    });
  return {
    async heapBytes() {
      await ask('HeapProfiler.collectGarbage');
      return (await ask('Runtime.getHeapUsage')).usedSize ?? 0;
    },
    close: () => socket.close(),
  };
}
