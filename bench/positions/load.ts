import http from 'node:http';

/** One request, ready to send. */
export interface Shot {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Volley {
  readonly sent: number;
  /** Answers other than 200. */
  readonly failed: number;
  readonly answerMs: readonly number[];
}

/** As many as browsers keep open through a proxy; the same for both kinds of request. */
const CONNECTIONS = 400;

/** Sends `perSecond` requests for so long, evenly, whatever the answers take. */
export async function fire(
  origin: string,
  perSecond: number,
  seconds: number,
  shot: (n: number) => Shot,
): Promise<Volley> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname, port } = new URL(origin);
  const answerMs: number[] = [];
  let failed = 0;
  const one = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const { method, path, headers, body } = shot(n);
      const startedMs = performance.now();
      const request = http.request({ agent, hostname, port, method, path, headers }, (answer) => {
        if (answer.statusCode !== 200) failed += 1;
        answer.resume();
        answer.once('end', () => {
          answerMs.push(performance.now() - startedMs);
          resolve();
        });
      });
      request.once('error', () => {
        failed += 1;
        resolve();
      });
      request.end(body);
    });
  const total = Math.round(perSecond * seconds);
  const underWay: Promise<void>[] = [];
  const startedMs = performance.now();
  while (underWay.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * perSecond) / 1000));
    while (underWay.length < due) underWay.push(one(underWay.length));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(underWay);
  agent.destroy();
  return { sent: total, failed, answerMs };
}
