import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, type LoggerService } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { RecordRefused, StoreUnavailable } from '../results/errors';
import { errorText, MessageRefused, QueueUnavailable } from '../transport/index';
import { Problem, PROBLEM_TYPE, unavailable } from '../service/problem';
import { tooLarge } from '../service/too-large';

/** Our own sentences, since a framework's may repeat what was sent. */
const DETAILS: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  404: 'There is nothing at this path.',
  408: 'The request took too long to arrive.',
  415: 'The body must be application/json in UTF-8 without a content encoding.',
};

/** What a thrown value means to the caller; undefined when it is a fault of this service. */
function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof QueueUnavailable) return unavailable('The queue is unavailable.', error.retryAfterSeconds);
  if (error instanceof StoreUnavailable)
    return unavailable('The results store is unavailable.', error.retryAfterSeconds);
  if (error instanceof MessageRefused || error instanceof RecordRefused) return unavailable('The job was refused.', 60);
  const status = statusOf(error);
  return status === undefined ? undefined : new Problem(status, DETAILS[status] ?? 'The request cannot be served.');
}

/** Nest's and Fastify's own errors of the 4xx kind. */
function statusOf(error: unknown): number | undefined {
  let status: unknown;
  if (error instanceof HttpException) status = error.getStatus();
  else if (typeof error === 'object' && error !== null && 'statusCode' in error) status = error.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  // The docs page forbids paths that leave its folder; there is nothing at them.
  return status === 403 ? 404 : status;
}

/** How often a dependency that is unavailable is logged, rather than for every request. */
const QUIET_MS = 1_000;

const UNEXPECTED = new Problem(500, 'Something went wrong here, not with the request.');

/** Answers every error, wherever it was thrown, as a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private quietUntil = 0;

  constructor(private readonly logger: LoggerService) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const problem = this.problemOf(error);
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    // Fastify's own error, which knows the limit of the route.
    const isBody = problem.status === 413 && problem !== error;
    send(reply, isBody ? tooLarge(http.getRequest<FastifyRequest>().routeOptions.bodyLimit) : problem);
  }

  /** The problem for the caller. What is not the caller's fault is logged. */
  problemOf(error: unknown): Problem {
    const problem = toProblem(error) ?? UNEXPECTED;
    if (problem === UNEXPECTED) this.logger.error(error);
    else if (problem !== error && problem.status === 503) this.warn(error);
    return problem;
  }

  private warn(error: unknown): void {
    const now = performance.now();
    if (now < this.quietUntil) return;
    this.quietUntil = now + QUIET_MS;
    this.logger.warn(errorText(error));
  }
}

function send(reply: FastifyReply, problem: Problem): void {
  void reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
