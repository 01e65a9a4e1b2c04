import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { BODY_LIMIT_BYTES } from '../contract/job';
import { createHttpServer, HEADER_LIMIT_BYTES } from './http-server';
import { parseJsonBody } from './json-body';
import { PROBLEM_TYPE, Problem } from '../service/problem';

export function createAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    // Our own answer says it as a problem document.
    return503OnClosing: false,
    routerOptions: { maxParamLength: HEADER_LIMIT_BYTES },
    serverFactory: createHttpServer,
    // The server's own handler has answered.
    clientErrorHandler: () => undefined,
    frameworkErrors: answerBadPath,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  // Not in Fastify's parser: it ends the connection for a document that is not well formed, though all of it was read.
  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      if (Buffer.isBuffer(request.body)) request.body = parseJsonBody(request.body);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return adapter;
}

/** A path that cannot be decoded never reaches a route. */
function answerBadPath(_error: unknown, _request: unknown, reply: FastifyReply): void {
  const problem = new Problem(400, 'The path is malformed.');
  void reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}
