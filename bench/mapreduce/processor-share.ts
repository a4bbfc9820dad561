import { familyOf } from '../ladder/processor.ts';

const PERIOD_MS = 50;
/** A browser starts processes as it goes. */
const LOOK_EVERY_PERIODS = 10;

/**
 * Lets a process and all it started run for this share of the time: a slower machine, as far as anybody can tell who
 * waits longer than a twentieth of a second. Returns what ends it.
 */
export function holdToShare(pid: number, share: number): () => void {
  let family = [...familyOf(pid).keys()];
  let periods = 0;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const one of family)
      try {
        process.kill(one, name);
      } catch {
        // It has ended.
      }
  };
  const timer = setInterval(() => {
    if (periods++ % LOOK_EVERY_PERIODS === 0) family = [...familyOf(pid).keys()];
    signal('SIGCONT');
    setTimeout(() => signal('SIGSTOP'), PERIOD_MS * share);
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    // After the last stop that is under way.
    setTimeout(() => signal('SIGCONT'), PERIOD_MS);
    signal('SIGCONT');
  };
}
