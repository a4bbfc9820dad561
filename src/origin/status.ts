import { readFile, statfs } from 'node:fs/promises';
import path from 'node:path';
import { BROADCAST_STATES, type BroadcastState } from '../protocol/broadcast.ts';
import type { OriginStatus } from '../protocol/origin-status.ts';
import type { OriginContext } from './context.ts';
import type { MediaCacheFacts } from './media-cache.ts';
import { metricText } from './metrics.ts';

const STARTED_MS = Math.round(performance.timeOrigin);

export async function readVersion(): Promise<string> {
  const text = await readFile(path.join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** SPEC OPS2. */
export async function originStatus(context: OriginContext): Promise<OriginStatus> {
  const { clock, registry, viewers, store, cache, keeper, metrics, waiters, version, dataDir } = context;
  const nowMs = clock.nowMs();
  const broadcasts = Object.fromEntries(BROADCAST_STATES.map((state) => [state, 0])) as Record<BroadcastState, number>;
  for (const { state } of registry.records()) broadcasts[state] += 1;
  const live = registry.open().filter(({ record }) => ['live', 'interrupted', 'processing'].includes(record.state));
  const { bsize, bavail, blocks } = await statfs(dataDir);
  const { mediaBytes, isOverBudget, deletedBroadcasts, rules } = keeper.facts;
  const { rss, heapUsed } = process.memoryUsage();
  return {
    version,
    node: process.version,
    startedMs: STARTED_MS,
    clock: { nowMs, movedMs: Math.round(Date.now() - performance.timeOrigin - performance.now()) },
    disk: {
      health: store.health(),
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      mediaBytes,
      retentionDays: rules.days ?? null,
      maxStorageBytes: rules.maxBytes ?? null,
      isOverBudget,
      deletedBroadcasts,
    },
    broadcasts,
    live: live.map((broadcast) => {
      const { id, title, state, durationMs, visibility } = broadcast.summary();
      const shown = visibility === 'private' ? null : title;
      const watching = viewers.count(id, nowMs);
      return { id, title: shown, state, durationMs, viewers: watching, storedBytes: keeper.bytesOf(id) ?? null };
    }),
    viewers: registry.open().reduce((sum, { record }) => sum + viewers.count(record.id, nowMs), 0),
    waiting: waiters.waiting,
    answers: metrics.recent(nowMs),
    eventLoopDelayMs: metrics.loopDelayMs(),
    memory: {
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      mediaCacheBytes: cache.facts.bytes,
      mediaCacheBudgetBytes: cache.facts.budgetBytes,
    },
  };
}

/** SPEC OPS3: the same facts for Prometheus; the counters come from `Metrics` and the cache. */
export function statusMetrics(status: OriginStatus, { fromMemory, fromDisk }: MediaCacheFacts): string {
  const one = (name: string, help: string, value: number): string => metricText(name, 'gauge', help, [{ value }]);
  const { disk, memory, version } = status;
  const healths = (['ok', 'full', 'failing'] as const).map((health) => ({
    labels: { health },
    value: disk.health === health ? 1 : 0,
  }));
  const states = Object.entries(status.broadcasts).map(([state, value]) => ({ labels: { state }, value }));
  return [
    metricText('tabcast_build_info', 'gauge', 'Version of Tabcast and of Node.', [
      { labels: { version, node: status.node }, value: 1 },
    ]),
    metricText('tabcast_broadcasts', 'gauge', 'Broadcasts by state.', states),
    metricText('tabcast_store_health', 'gauge', 'Whether the disk takes writes.', healths),
    one('tabcast_viewers', 'Pages and players that watch.', status.viewers),
    one('tabcast_waiting_requests', 'Requests that wait for media to come.', status.waiting),
    one('tabcast_disk_free_bytes', 'Free space where the data are.', disk.freeBytes),
    one('tabcast_disk_total_bytes', 'Size of the disk where the data are.', disk.totalBytes),
    one('tabcast_media_bytes', 'Size of all media.', disk.mediaBytes),
    one('tabcast_deleted_broadcasts', 'Deleted by retention since the start.', disk.deletedBroadcasts),
    one(
      'tabcast_clock_moved_seconds',
      'Wall clock against the steady one since the start.',
      status.clock.movedMs / 1000,
    ),
    one('tabcast_media_cache_bytes', 'Finished media kept in memory.', memory.mediaCacheBytes),
    one('tabcast_media_cache_budget_bytes', 'What may be kept of them.', memory.mediaCacheBudgetBytes),
    metricText('tabcast_media_cache_reads_total', 'counter', 'Blocks of finished media read, by where they were.', [
      { labels: { from: 'memory' }, value: fromMemory },
      { labels: { from: 'disk' }, value: fromDisk },
    ]),
    one('process_resident_memory_bytes', 'Memory of the process.', memory.rssBytes),
    one('process_start_time_seconds', 'Start, seconds since 1970.', status.startedMs / 1000),
    metricText('process_cpu_seconds_total', 'counter', 'Processor time.', [{ value: cpuSeconds() }]),
  ].join('');
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
