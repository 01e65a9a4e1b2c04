import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type IncomingMessage, type RequestListener } from 'node:http';
import { BODY_LIMIT_BYTES } from '../contract/job';
import { errorOf } from '../contract/thrown';
import { createHttpServer, HEADER_LIMIT_BYTES } from './http-server';
import { parseJsonBody } from './json-body';
import { readLines } from './lines';
import { JSON_TYPE, LINES_TYPE } from './media-type';
import { type RateLimit } from './rate-limit';
import { type Answers } from './request-counts';
import { COMMON_HEADERS, PROBLEM_TYPE, Problem, tooManyRequests } from '../service/problem';

export interface Bounds {
  readonly limit: RateLimit;
  readonly answers: Answers;
}

export function createAdapter({ limit, answers }: Bounds): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    // We answer it ourselves, as a problem document.
    return503OnClosing: false,
    routerOptions: { maxParamLength: HEADER_LIMIT_BYTES },
    serverFactory: (handle: RequestListener) => createHttpServer(handle, answers),
    // The server's own handler has answered.
    clientErrorHandler: () => undefined,
    frameworkErrors: (_error: unknown, { ip }: FastifyRequest, reply: FastifyReply) => {
      answerBadPath(reply, limit.allows(ip));
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(LINES_TYPE, (_request: FastifyRequest, payload: IncomingMessage) => readLines(payload));
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  // Not in Fastify's parser: it ends the connection for a document that is not well formed, though all of it was read.
  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      if (Buffer.isBuffer(request.body)) request.body = parseJsonBody(request.body);
      done();
    } catch (error) {
      done(errorOf(error));
    }
  });
  return adapter;
}

/** A path that cannot be decoded never reaches the gate. */
function answerBadPath(reply: FastifyReply, allowed: boolean): void {
  const problem = allowed ? new Problem(400, 'The path is malformed.') : tooManyRequests();
  void reply
    .code(problem.status)
    .headers({ ...COMMON_HEADERS, ...problem.headers })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}
