const KEY = 'tabcast-slept-ms';

/** For the page that this tab loads next. */
export function keepSleep(sleptMs: number): void {
  sessionStorage.setItem(KEY, String(sleptMs));
}

/** How long the machine slept before this page was loaded because of it, in milliseconds; undefined else. Answers once. */
export function takeSleep(): number | undefined {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? undefined : Number(kept);
}
