import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { BODY_LIMIT_BYTES } from '../contract/job';
import { answerExpectation, answerSocketError } from './socket-problem';
import { parseJsonBody } from './json-body';
import { PROBLEM_TYPE, Problem } from '../service/problem';

/** A request has arrived in full after this long, or gets 408; checked every second. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 8_000;
/** Longer than the 60 s of AWS's load balancers, so that they and not we end an idle connection. */
const KEEP_ALIVE_MS = 65_000;
const HEADER_LIMIT_BYTES = 16 * 1024;

export function createAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    // Our own answer says it as a problem document.
    return503OnClosing: false,
    routerOptions: { maxParamLength: HEADER_LIMIT_BYTES },
    http: {
      maxHeaderSize: HEADER_LIMIT_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // Node's own answer to a missing Host has no body; the gate's has.
      requireHostHeader: false,
    },
    clientErrorHandler: answerSocketError,
    frameworkErrors: answerBadPath,
  });
  const fastify = adapter.getInstance();
  fastify.server.on('checkExpectation', answerExpectation);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    let document: unknown;
    try {
      document = parseJsonBody(Buffer.from(body));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done(null, document);
  });
  return adapter;
}

/** A path that cannot be decoded never reaches a route. */
function answerBadPath(_error: unknown, _request: unknown, reply: FastifyReply): void {
  const problem = new Problem(400, 'The path is malformed.');
  void reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
