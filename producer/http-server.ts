import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { CLOSE, Problem } from '../service/problem';
import { answerExpectation, answerOnSocket, answerProblem, socketProblem } from './socket-problem';
import { type Answers } from './request-counts';
import { RequestPipeline } from './request-pipeline';

/** How long a request may take to arrive in full, else it gets 408; checked every second. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 8_000;
/** Longer than the 60 s of AWS's load balancers, so that they and not we end an idle connection. */
const KEEP_ALIVE_MS = 65_000;
/**
 * Ends a connection on which nothing moves for this long, such as one whose client does not read. Longer than any wait.
 */
const SILENCE_MS = 30_000;
export const HEADER_LIMIT_BYTES = 16 * 1024;

const SETTINGS = {
  maxHeaderSize: HEADER_LIMIT_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: 1_000,
  // Node's own answer to a missing Host has no body; the gate's has.
  requireHostHeader: false,
};

const TOO_MANY = new Problem(429, 'Too many requests await their answer on this connection.', {
  headers: { ...CLOSE, 'retry-after': '1' },
});
const NO_TUNNEL = new Problem(405, 'This service is no proxy.');

/** Node's server, with bounded work per connection and a problem document for what never becomes a request. */
export function createHttpServer(handle: RequestListener, answers: Answers): Server {
  const pipelines = new WeakMap<Socket, RequestPipeline>();
  const pipelineOf = (socket: Socket): RequestPipeline => {
    const known = pipelines.get(socket) ?? new RequestPipeline(socket, answerTooMany);
    pipelines.set(socket, known);
    return known;
  };
  const inTurn =
    (serve: RequestListener): RequestListener =>
    (request, response) => {
      response.once('finish', () => {
        answers.count(response.statusCode);
      });
      pipelineOf(request.socket).add({ request, response, serve });
    };
  const server = createServer(SETTINGS, inTurn(handle));
  server.setTimeout(SILENCE_MS);
  // A client that ends its side after its request still gets the answer. Node has this option and does not list it.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('checkExpectation', inTurn(answerExpectation));
  const endWith = (socket: Socket, problem: Problem): void => {
    pipelineOf(socket).end(() => {
      answers.count(problem.status);
      answerOnSocket(socket, problem);
    });
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else endWith(socket, socketProblem(error));
  });
  server.on('connect', (_: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    endWith(socket, NO_TUNNEL);
  });
  return server;
}

function answerTooMany(_: IncomingMessage, response: ServerResponse): void {
  answerProblem(response, TOO_MANY);
}
