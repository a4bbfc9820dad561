import { StageError } from '../protocol/errors.ts';
import type { Problem } from './studio-state.ts';

export const INSECURE: Problem = {
  code: 'insecure_page',
  message:
    'Browsers give cameras only to secure pages. Open this page over HTTPS (start the server with --cert and --key, or use a tunnel), or on this machine at http://localhost.',
  remedy: 'none',
};

/** What was thrown, as a sentence for the person and a button. */
export function toProblem(cause: unknown, remedy: Problem['remedy']): Problem {
  if (cause instanceof StageError) return { ...cause.toWire(), remedy };
  return {
    code: 'studio_failed',
    message: 'Something in the studio stopped working. Reload the page.',
    remedy: 'reload',
  };
}
