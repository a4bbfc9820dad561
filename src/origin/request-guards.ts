import type { FastifyRequest } from 'fastify';
import { GENERATION_HEADER } from '../protocol/broadcast.ts';
import { type BodyDeadlines, readBody } from './body.ts';
import type { Broadcast } from './broadcast.ts';
import { Problem } from './problem.ts';
import type { Registry } from './registry.ts';
import { bearerToken, isToken } from './token.ts';

const MAX_JSON_BYTES = 64 * 1024;

const mediaTypeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export function requireType(request: FastifyRequest, type: string): void {
  if (mediaTypeOf(request) !== type) throw new Problem(415, 'wrong_type', `Send Content-Type: ${type}.`);
  if (request.headers['content-encoding'] !== undefined)
    throw new Problem(415, 'wrong_encoding', 'Send the body without Content-Encoding.');
}

/** The broadcast of the path, for whoever has its token (SPEC ANSWER2). */
export async function ownedBroadcast(request: FastifyRequest, registry: Registry, id: string): Promise<Broadcast> {
  const token = bearerToken(request.headers.authorization);
  const broadcast = await registry.find(id);
  if (!isToken(token, broadcast.record.tokenHash))
    throw new Problem(401, 'wrong_token', 'This token does not belong to this broadcast.', {
      'www-authenticate': 'Bearer',
    });
  return broadcast;
}

/** SPEC FENCE2: the generation that the request says it is of. */
function generationOf(request: FastifyRequest): number {
  const header = request.headers[GENERATION_HEADER.toLowerCase()];
  if (header === undefined) return 1;
  if (typeof header !== 'string' || !/^[1-9][0-9]{0,8}$/.test(header))
    throw new Problem(400, 'malformed', `${GENERATION_HEADER} is a whole number from 1.`);
  return Number(header);
}

/** `fence` is asked again once the body is there (SPEC FENCE2). */
export interface ClaimedBroadcast {
  readonly broadcast: Broadcast;
  readonly fence: () => void;
}

/** The broadcast of the path, for the tab that owns its newest generation. */
export async function claimedBroadcast(
  request: FastifyRequest,
  registry: Registry,
  id: string,
): Promise<ClaimedBroadcast> {
  const broadcast = await ownedBroadcast(request, registry, id);
  const generation = generationOf(request);
  const fence = (): void => broadcast.fence(generation);
  fence();
  return { broadcast, fence };
}

/** A JSON body of at most 64 KiB as an unknown value. An empty body is an empty object when `isOptional`. */
export async function readJson(
  request: FastifyRequest,
  deadlines: BodyDeadlines,
  isOptional = false,
): Promise<unknown> {
  if (isOptional && mediaTypeOf(request) === '' && Number(request.headers['content-length'] ?? 0) === 0) return {};
  requireType(request, 'application/json');
  const body = await readBody(request.raw, MAX_JSON_BYTES, deadlines);
  if (isOptional && body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Problem(400, 'malformed', 'The body is not JSON.');
  }
}

/** RFC 9530 `Content-Digest: sha-256=:<base64>:`; 400 `bad_digest` without one. */
export function contentDigest(request: FastifyRequest): Buffer {
  const header = request.headers['content-digest'];
  const match = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(typeof header === 'string' ? header : '');
  if (match?.[1] === undefined)
    throw new Problem(400, 'bad_digest', 'Send Content-Digest: sha-256=:<base64>: with the body.');
  return Buffer.from(match[1], 'base64');
}
