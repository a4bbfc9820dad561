import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fallbackEncoder } from '../../protocol/urls.ts';
import {
  type FallbackName,
  type FallbackPlaces,
  fallbackFile,
  fallbackNotice,
  fallbackVersion,
} from '../fallback-encoder.ts';
import { assetHeaders } from '../page-headers.ts';
import { Problem } from '../problem.ts';

const absent = (): Problem =>
  new Problem(404, 'no_fallback', `The fallback encoder is not installed on this server: ${fallbackEncoder.install}`);

/** The encoder that is no part of the product, for browsers without one; 404 `no_fallback` when it is not installed. */
export function fallbackRoutes(app: FastifyInstance, places: FallbackPlaces | undefined): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, name: FallbackName): Promise<FastifyReply> => {
    const acceptsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const file = places && (await fallbackFile(places, name, acceptsGzip));
    if (file === undefined) throw absent();
    reply.headers({ ...assetHeaders, etag: file.etag, vary: 'accept-encoding', 'cache-control': 'no-cache' });
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    if (file.encoding !== undefined) reply.header('content-encoding', file.encoding);
    reply.type(file.type).header('content-length', file.bytes);
    return request.method === 'HEAD' ? reply.send() : reply.send(file.open());
  };
  app.get(fallbackEncoder.script, (request, reply) => send(request, reply, 'ffmpeg-core.js'));
  app.get(fallbackEncoder.wasm, (request, reply) => send(request, reply, 'ffmpeg-core.wasm'));
  app.get(fallbackEncoder.notice, async (_request, reply) => {
    const version = places && (await fallbackVersion(places));
    if (version === undefined) throw absent();
    return reply.headers(assetHeaders).type('text/plain; charset=utf-8').send(fallbackNotice(version));
  });
}
