import type { BroadcastState } from './broadcast.ts';

/** `GET /api/admin/status`: how this origin is doing. Sizes in bytes, times in milliseconds. */
export interface OriginStatus {
  readonly version: string;
  readonly node: string;
  readonly startedMs: number;
  readonly clock: {
    readonly nowMs: number;
    /** How far the wall clock has been moved against the steady one since the start: 0, unless somebody set it. */
    readonly movedMs: number;
  };
  readonly disk: {
    readonly health: 'ok' | 'full' | 'failing';
    readonly freeBytes: number;
    readonly totalBytes: number;
    /** As of the last look, at most a minute ago. */
    readonly mediaBytes: number;
    /** Null: recordings are kept. */
    readonly retentionDays: number | null;
    readonly maxStorageBytes: number | null;
    /** More is stored than allowed and nothing may be deleted: new parts are refused. */
    readonly isOverBudget: boolean;
    readonly deletedBroadcasts: number;
  };
  readonly broadcasts: Readonly<Record<BroadcastState, number>>;
  /** Those that go on, and what is still being let out. */
  readonly live: readonly {
    readonly id: string;
    /** Null when it is private: an administrator looks after the machine. */
    readonly title: string | null;
    readonly state: BroadcastState;
    readonly durationMs: number;
    readonly viewers: number;
    readonly storedBytes: number | null;
  }[];
  readonly viewers: number;
  /** Requests that wait for media to come. */
  readonly waiting: number;
  /** Of the last five minutes. */
  readonly answers: { readonly answers: number; readonly clientErrors: number; readonly serverErrors: number };
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly memory: {
    readonly rssBytes: number;
    readonly heapUsedBytes: number;
    /** Of finished media that several viewers read; never more than the budget. */
    readonly mediaCacheBytes: number;
    readonly mediaCacheBudgetBytes: number;
  };
}
