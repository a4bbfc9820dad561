import { parentPort, workerData } from 'node:worker_threads';
import type { SegmentsJob, SegmentsSeen } from './finished.ts';
import { RawConnection } from './raw-get.ts';

const { paths, port, clients, seconds } = workerData as SegmentsJob;
const startedMs = performance.now();
const endMs = startedMs + seconds * 1000;
let answers = 0;
let bytes = 0;
const sizes = new Map<string, number>();

async function askOn(): Promise<void> {
  const connection = new RawConnection(port);
  while (performance.now() < endMs) {
    const path = paths[Math.floor(Math.random() * paths.length)] ?? '';
    let size = 0;
    const status = await connection.get(path, (data) => {
      size += data.length;
    });
    if (status !== 200) throw new Error(`${path}: ${status}`);
    answers++;
    bytes += size;
    sizes.set(path, size);
  }
  connection.close();
}

await Promise.all(Array.from({ length: clients }, askOn));
const { user, system } = process.threadCpuUsage();
const tookS = (performance.now() - startedMs) / 1000;
const mixBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
parentPort?.postMessage({ answers, bytes, mixBytes, tookS, cpuS: (user + system) / 1e6 } satisfies SegmentsSeen);
