import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { createServer, type RequestListener } from 'node:http';
import { type Environment } from '../../contract/environment';
import { fieldsOf } from '../../contract/json';
import { RecordRefused, StoreError } from '../../results/errors';
import { Problem, PROBLEM_TYPE, unavailable } from '../../service/problem';
import { InputRefused } from '../jobs/send';
import { CannotWork, openWorkplace, sentenceOf } from '../jobs/workplace';
import { addChangingRoutes } from './changing-routes';
import { Channel } from './channel';
import { Confirmations } from './confirmations';
import { type Answering, type ConsoleOptions, type Entrance } from './entrance';
import { Failures } from './failures';
import { Guard } from './guard';
import { addJobRoutes, addPauseRoutes } from './job-routes';
import { badgeOf, Overviews, storeOf } from './overview';
import { addOpeningRoutes } from './opening-routes';
import { pageFiles } from './page-files';
import { addPageRoutes } from './page-routes';
import { type Parts } from './parts';
import { addReadingRoutes } from './reading-routes';
import { Tasks } from './tasks';
import { Mutex } from './mutex';
import { Workroom } from './workroom';

/** Limits a body; a job's input as JSON may be as large as a message. */
const BODY_LIMIT_BYTES = 2_097_152;
const RETRY_AFTER_SECONDS = 2;

/** A broker or store that does not answer is for the page to say. */
export async function openConsole(
  environment: Environment,
  options: ConsoleOptions,
  entrance: Entrance,
): Promise<Answering> {
  const page = await pageFiles();
  const guard = new Guard(entrance, options.readOnly ?? false);
  const { app, answer } = createApp(guard);
  const closing = new AbortController();
  const parts = createParts(environment, options, closing.signal);
  addPageRoutes(app, guard, page);
  addReadingRoutes(app, parts);
  addOpeningRoutes(app, parts);
  addChangingRoutes(app, parts);
  addJobRoutes(app, parts);
  addPauseRoutes(app, parts);
  await app.ready();
  const close = async (): Promise<void> => {
    closing.abort();
    parts.channel.close();
    await parts.tasks.close();
    await parts.failures.close();
    await parts.workroom.close();
    await app.close();
  };
  return { answer, close };
}

function createParts(
  environment: Environment,
  { readOnly = false, masked = [], badge }: ConsoleOptions,
  closing: AbortSignal,
): Parts {
  const workroom = new Workroom(() => openWorkplace(environment));
  const channel = new Channel();
  const mutex = new Mutex();
  const failures = new Failures(workroom, mutex, { channel, masked });
  const facts = { badge: badgeOf(badge, environment), store: storeOf(environment.results), readOnly, masked };
  const overviews = new Overviews(workroom, channel, facts);
  channel.onListening = (listening) => {
    overviews.listen(listening);
  };
  const tasks = new Tasks(workroom, mutex, { failures, channel });
  const confirmations = new Confirmations();
  return { facts, workroom, mutex, channel, overviews, failures, confirmations, tasks, closing };
}

function createApp(guard: Guard): { readonly app: FastifyInstance; readonly answer: RequestListener } {
  let answer: RequestListener = () => undefined;
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    frameworkErrors: (error, _, reply) => {
      guard.headers(reply);
      sendProblem(reply, problemOf(error));
    },
    // The server listens already, and hands over what it is asked.
    serverFactory: (handler) => {
      answer = handler;
      return createServer();
    },
  });
  // Bodies are JSON. A form or text is what another site's page could send.
  app.removeContentTypeParser('text/plain');
  guard.register(app);
  app.setErrorHandler((error, _, reply) => {
    sendProblem(reply, problemOf(error));
  });
  app.setNotFoundHandler((_, reply) => {
    sendProblem(reply, new Problem(404, 'There is nothing at this path for this method.'));
  });
  return { app, answer };
}

function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { statusCode, message } = fieldsOf(error);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new Problem(statusCode, String(message));
  if (error instanceof InputRefused) return new Problem(400, `${error.message}.`, { errors: error.faults });
  if (error instanceof RecordRefused || error instanceof CannotWork) return new Problem(409, `${error.message}.`);
  if (error instanceof StoreError || isOfAws(error)) return unavailable(`${sentenceOf(error)}.`, RETRY_AFTER_SECONDS);
  process.stderr.write(`The console failed: ${error instanceof Error ? String(error.stack) : String(error)}\n`);
  return new Problem(500, 'The console failed; its terminal says why.');
}

/** What the SDK throws, whether SQS answered or did not. */
const isOfAws = (error: unknown): boolean => error instanceof Error && '$metadata' in error;
