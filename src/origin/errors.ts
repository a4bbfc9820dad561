import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WireError } from '../protocol/errors.ts';
import { Problem } from './problem.ts';

/** Codes for what the framework itself refuses. */
const CODES: Readonly<Record<number, string>> = {
  400: 'malformed',
  404: 'unknown_page',
  405: 'wrong_method',
  413: 'too_large',
  414: 'too_long',
  415: 'wrong_type',
  431: 'too_large',
  503: 'overloaded',
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const send = (reply: FastifyReply, status: number, body: WireError): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('x-request-id', reply.request.id)
    .send(body);

/** SPEC ANSWER1: every 4xx and 5xx is `{code, message}`; what went wrong inside stays in the log. */
export function installErrors(app: FastifyInstance): void {
  // Routes read their bodies themselves, with their own limits and deadlines.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.setErrorHandler((error, request, reply) => {
    // Viewers of another site must be able to read why, too.
    if (request.url.startsWith('/live/')) reply.header('access-control-allow-origin', '*');
    if (error instanceof Problem) {
      // An unread body would be taken for the next request.
      if (!request.raw.complete && request.raw.httpVersionMajor < 2) reply.header('connection', 'close');
      return send(reply.headers(error.headers), error.status, error.toWire());
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status < 500)
      return send(reply, status, { code: CODES[status] ?? 'malformed', message: (error as Error).message });
    request.log.error({ err: error, url: request.url.split('?', 1)[0] }, 'a request failed');
    const message = 'Something went wrong in the origin. Its log says what.';
    return send(reply, 500, { code: 'internal', message });
  });

  app.setNotFoundHandler((request, reply) => send404Or405(app, request, reply));
}

/** 405 where another method would be possible. The catch-all of the pages does not count. */
export function send404Or405(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const url = request.url.split('?', 1)[0] ?? '/';
  const allowed = METHODS.filter((method) => {
    const route = app.findRoute({ method, url });
    return route !== null && !('*' in route.params);
  });
  if (allowed.length === 0)
    return send(reply, 404, { code: 'unknown_page', message: 'There is nothing at this address.' });
  reply.header('allow', allowed.join(', '));
  return send(reply, 405, { code: 'wrong_method', message: `${request.method} is not possible here.` });
}
