import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { CLOSE, COMMON_HEADERS, Problem, PROBLEM_TYPE } from '../service/problem';

/** The errors with which Node's HTTP parser and its timers give up before there is a request. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'The request took too long to arrive.'),
  HPE_HEADER_OVERFLOW: new Problem(431, 'The headers are larger than 16 KiB.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new Problem(413, 'The chunk extensions are too large.'),
};
const MALFORMED = new Problem(400, 'The request is not valid HTTP.');
const UNKNOWN_EXPECTATION = new Problem(417, 'This service knows no expectation but 100-continue.', { headers: CLOSE });

export const socketProblem = ({ code }: NodeJS.ErrnoException): Problem => PROBLEMS[code ?? ''] ?? MALFORMED;

const headersOf = (problem: Problem, body: string): Record<string, string> => ({
  'content-type': PROBLEM_TYPE,
  'content-length': String(Buffer.byteLength(body)),
  ...COMMON_HEADERS,
  ...problem.headers,
});

/** Answers on the raw socket and closes it, since what follows cannot be told from the rest of this request. */
export function answerOnSocket(socket: Socket, problem: Problem): void {
  const body = JSON.stringify(problem);
  const headers = Object.entries({ ...headersOf(problem, body), ...CLOSE }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${problem.status} ${problem.title}`, ...headers, '', body].join('\r\n'));
}

/** Answers a request that is handed to no route. */
export function answerProblem(response: ServerResponse, problem: Problem): void {
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, headersOf(problem, body)).end(body);
}

/** Node answers an expectation it does not know without a body. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  answerProblem(response, UNKNOWN_EXPECTATION);
}
