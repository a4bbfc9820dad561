/** What is known of a slot before it is handed to an encoder. */
export interface SlotRole {
  readonly isKey: boolean;
  /** Every part needs a sample of its own to be addressable. */
  readonly isFirstOfPart: boolean;
}

/** Frames inside one encoder: sent minus returned, because `encodeQueueSize` reads 0 with frames still inside. */
export const MAX_IN_FLIGHT = 6;

/** When an encoder holds too many frames a slot is skipped, but never a key and never the first of a part. */
export function shouldSkip(inFlight: number, role: SlotRole, cap = MAX_IN_FLIGHT): boolean {
  return inFlight >= cap && !role.isKey && !role.isFirstOfPart;
}
