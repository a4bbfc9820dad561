import type { PartName } from '../protocol/part.ts';
import type { TickAnswer } from '../protocol/tick.ts';

/** What the sender does after an answer to `POST /ingest/<id>/parts`. */
export interface AnswerPlan {
  readonly stored: readonly PartName[];
  /** To be sent again as they are: damaged on the way, disk full, or after the init segments went again. */
  readonly again: readonly PartName[];
  /** Will never be taken; the first message says why. */
  readonly refused: readonly { readonly name: PartName; readonly code: string; readonly message: string }[];
  readonly needsInit: boolean;
  /** The origin's disk takes nothing more for now. */
  readonly isFull: boolean;
  readonly isSealed: boolean;
}

/** Sorts the per-part answers of SPEC TICK4; a part the answer does not mention goes again. */
export function planAnswer(sent: readonly PartName[], answer: TickAnswer): AnswerPlan {
  const stored: PartName[] = [];
  const again: PartName[] = [];
  const refused: { name: PartName; code: string; message: string }[] = [];
  let needsInit = false;
  let isFull = false;
  let isSealed = false;
  for (const [i, name] of sent.entries()) {
    const outcome = answer.parts[i];
    switch (outcome?.status) {
      case 200:
      case 201:
        stored.push(name);
        break;
      case 412:
        needsInit = true;
        again.push(name);
        break;
      case 507:
        isFull = true;
        again.push(name);
        break;
      case 410:
        isSealed = true;
        refused.push({ name, code: outcome.code, message: outcome.message });
        break;
      case 409:
      case 413:
      case 422:
        refused.push({ name, code: outcome.code, message: outcome.message });
        break;
      default:
        again.push(name);
    }
  }
  return { stored, again, refused, needsInit, isFull, isSealed };
}

/** `Retry-After` in milliseconds: seconds or an HTTP date; 0 when there is none or it is past. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null || header.trim() === '') return 0;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs);
}
