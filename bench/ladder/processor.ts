import { readdirSync, readFileSync } from 'node:fs';

/** Processor seconds since some fixed moment: of this process with all it started, and of the whole machine. */
export interface ProcessorClock {
  readonly oursSeconds: number;
  readonly machineSeconds: number;
  /** With nothing to do, or with nothing to do but wait for the disk. */
  readonly idleSeconds: number;
  /** Taken by other guests of the same host. */
  readonly stolenSeconds: number;
}

const TICKS_PER_SECOND = 100;

/** Null where there is no /proc (not Linux). */
export function readProcessorClock(): ProcessorClock | null {
  try {
    const [, user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softIrq = 0, stolen = 0] = (
      readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
    )
      .split(/\s+/)
      .map(Number);
    const machineSeconds = (user + nice + system + irq + softIrq) / TICKS_PER_SECOND;
    return {
      oursSeconds: [...familyOf(process.pid).values()].reduce((sum, seconds) => sum + seconds, 0),
      machineSeconds,
      idleSeconds: (idle + waiting) / TICKS_PER_SECOND,
      stolenSeconds: stolen / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

/** A process and everything below it that runs; of each its own processor seconds and those of its ended children. */
export function familyOf(root: number): ReadonlyMap<number, number> {
  const times = new Map<number, { parent: number; seconds: number }>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // The name in parentheses may hold spaces; what follows it does not.
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? [];
      const seconds = fields.slice(11, 15).reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
      times.set(Number(entry), { parent: fields[1] ?? 0, seconds });
    } catch {
      // It ended between the two reads.
    }
  }
  const family = new Map<number, number>();
  for (const [pid, { seconds }] of times) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root) at = times.get(at)?.parent;
    if (at === root) family.set(pid, seconds);
  }
  return family;
}
