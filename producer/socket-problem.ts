import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { Problem, PROBLEM_TYPE } from '../service/problem';

/** What Node's HTTP parser and its timers give up with, before there is a request to answer. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'The request took too long to arrive.'),
  HPE_HEADER_OVERFLOW: new Problem(431, 'The headers are larger than 16 KiB.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new Problem(413, 'The chunk extensions are too large.'),
};
const MALFORMED = new Problem(400, 'The request is not valid HTTP.');

/** Answers on the raw socket and closes it: what follows on it cannot be told from the rest of this request. */
export function answerSocketError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = PROBLEMS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(problem);
  const { status, title } = problem.toJSON() as { status: number; title: string };
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Node answers an expectation it does not know without a body. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = new Problem(417, 'This service knows no expectation but 100-continue.');
  const body = JSON.stringify(problem);
  const headers = { 'content-type': PROBLEM_TYPE, 'content-length': Buffer.byteLength(body), connection: 'close' };
  response.writeHead(problem.status, headers).end(body);
}
