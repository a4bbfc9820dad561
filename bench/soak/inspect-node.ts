import { heapBytesOf, openDebugSocket } from './debug-socket.ts';

/** A Node process that was started with `--inspect`. */
export interface InspectedNode {
  /** After a forced collection, in bytes. */
  heapBytes(): Promise<number>;
  close(): void;
}

export async function inspectNode(port: number): Promise<InspectedNode> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error(`nothing to inspect on port ${port}`);
  const socket = await openDebugSocket(target.webSocketDebuggerUrl);
  return { heapBytes: () => heapBytesOf(socket), close: () => socket.close() };
}
