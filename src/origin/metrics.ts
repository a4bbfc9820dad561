import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Prometheus' text format, version 0.0.4. Written here because it is one page: a client library would bring a registry,
 * quantile sketches and a tracing interface for counters that this origin keeps anyway.
 */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const labelText = (labels: Labels = {}): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

/** One metric with its samples, as lines that end with a line feed. */
export const metricText = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
    '',
  ].join('\n');

/** Upper edges of what is counted together. */
const RELAY_MS = [1, 2, 5, 10, 15, 20, 30, 50, 100, 200, 500, Number.POSITIVE_INFINITY] as const;

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const MINUTE_MS = 60_000;
const LOOP_SAMPLE_MS = 20;
const RECENT_MINUTES = 5;

interface Minute {
  readonly startMs: number;
  answers: number;
  clientErrors: number;
  serverErrors: number;
}

/** What the process counts about itself while it runs. */
export class Metrics {
  readonly #answers = new Map<string, number[]>();
  readonly #parts = new Map<number, number>();
  readonly #relays = RELAY_MS.map(() => 0);
  #relaySumMs = 0;
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  #minutes: Minute[] = [];
  ingestBytes = 0;

  constructor() {
    this.#loop.enable();
  }

  /** `route` is the pattern, never the path: labels must not grow with what clients ask for. */
  answered(route: string, status: number, nowMs: number): void {
    const counts = this.#answers.get(route) ?? [0, 0, 0, 0, 0];
    this.#answers.set(route, counts);
    const kind = Math.min(4, Math.max(0, Math.floor(status / 100) - 1));
    counts[kind] = (counts[kind] ?? 0) + 1;
    const minute = this.#minute(nowMs);
    minute.answers += 1;
    if (kind === 3) minute.clientErrors += 1;
    if (kind === 4) minute.serverErrors += 1;
  }

  part(status: number): void {
    this.#parts.set(status, (this.#parts.get(status) ?? 0) + 1);
  }

  /** From the last byte of parts that came to the last write to those who waited for them. */
  relayed(tookMs: number): void {
    const bucket = RELAY_MS.findIndex((edgeMs) => tookMs <= edgeMs);
    this.#relays[bucket] = (this.#relays[bucket] ?? 0) + 1;
    this.#relaySumMs += tookMs;
  }

  /** Of the last five minutes. */
  recent(nowMs: number): { answers: number; clientErrors: number; serverErrors: number } {
    const sum = { answers: 0, clientErrors: 0, serverErrors: 0 };
    for (const minute of this.#minutes) {
      if (nowMs - minute.startMs > RECENT_MINUTES * MINUTE_MS) continue;
      sum.answers += minute.answers;
      sum.clientErrors += minute.clientErrors;
      sum.serverErrors += minute.serverErrors;
    }
    return sum;
  }

  /** How late timers and sockets were served, in milliseconds, since the start. */
  loopDelayMs(): { p50: number; p99: number; max: number } {
    // Node measures from one sample to the next, so the time it meant to wait is in it.
    const ms = (nanos: number): number => Math.max(0, Math.round(nanos / 10_000 - LOOP_SAMPLE_MS * 100) / 100);
    const { max } = this.#loop;
    return { p50: ms(this.#loop.percentile(50)), p99: ms(this.#loop.percentile(99)), max: ms(max) };
  }

  text(): string {
    const answers = [...this.#answers].flatMap(([route, counts]) =>
      CLASSES.map((status, i) => ({ labels: { route, status }, value: counts[i] ?? 0 })).filter(
        ({ value }) => value > 0,
      ),
    );
    const parts = [...this.#parts].map(([status, value]) => ({ labels: { status: String(status) }, value }));
    const delay = this.loopDelayMs();
    return [
      metricText('tabcast_answers_total', 'counter', 'Answers by route and class of status.', answers),
      metricText('tabcast_ingest_parts_total', 'counter', 'Parts received, by what became of them.', parts),
      metricText('tabcast_ingest_bytes_total', 'counter', 'Bytes of bodies with parts.', [{ value: this.ingestBytes }]),
      this.#relayText(),
      metricText('tabcast_event_loop_delay_seconds', 'gauge', 'How late the process serves what is ready.', [
        { labels: { quantile: '0.5' }, value: delay.p50 / 1000 },
        { labels: { quantile: '0.99' }, value: delay.p99 / 1000 },
      ]),
    ].join('');
  }

  close(): void {
    this.#loop.disable();
  }

  #relayText(): string {
    const name = 'tabcast_relay_seconds';
    let count = 0;
    const buckets = RELAY_MS.map((edgeMs, i) => {
      count += this.#relays[i] ?? 0;
      return `${name}_bucket{le="${Number.isFinite(edgeMs) ? edgeMs / 1000 : '+Inf'}"} ${count}\n`;
    });
    return [
      `# HELP ${name} From the last byte of parts that came to the last write to those who waited for them.\n`,
      `# TYPE ${name} histogram\n`,
      ...buckets,
      `${name}_sum ${this.#relaySumMs / 1000}\n${name}_count ${count}\n`,
    ].join('');
  }

  #minute(nowMs: number): Minute {
    const last = this.#minutes.at(-1);
    if (last !== undefined && nowMs - last.startMs < MINUTE_MS) return last;
    const minute = { startMs: nowMs, answers: 0, clientErrors: 0, serverErrors: 0 };
    this.#minutes = [...this.#minutes.slice(-RECENT_MINUTES), minute];
    return minute;
  }
}
