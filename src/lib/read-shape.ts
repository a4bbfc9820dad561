import * as v from 'valibot';
import { Problem } from './problem.ts';

/** `value` as `schema` says; throws 422 `bad_request` with the place and the rule. */
export function readShape<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> {
  if (Array.isArray(value)) throw new Problem(422, 'bad_request', 'The body is a list; send an object.');
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  // What was sent may be a secret; it is not said back.
  const [rule] = issue.message.split(' but received ');
  throw new Problem(422, 'bad_request', `${path === null ? 'The body' : path}: ${rule}.`);
}
