import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { type AddressInfo } from 'node:net';
import { type Environment } from '../../contract/environment';
import { RecordRefused, StoreError } from '../../results/errors';
import { Problem, PROBLEM_TYPE, unavailable } from '../../service/problem';
import { CannotWork, openWorkplace, sentenceOf } from '../jobs/workplace';
import { addChangingRoutes } from './changing-routes';
import { Channel } from './channel';
import { Confirmations } from './confirmations';
import { Failures } from './failures';
import { Guard } from './guard';
import { badgeOf, Overviews, storeOf } from './overview';
import { pageFiles } from './page/files';
import { addPageRoutes } from './page-routes';
import { type Parts } from './parts';
import { addReadingRoutes } from './reading-routes';
import { Tasks } from './tasks';
import { Turns } from './turns';
import { Workroom } from './workroom';

export interface ConsoleOptions {
  readonly port: number;
  readonly readOnly?: boolean | undefined;
  readonly masked?: readonly string[] | undefined;
  readonly badge?: string | undefined;
}

/** A console that listens. */
export interface Console {
  /** With the token: opens it as often as asked, until the process ends. */
  readonly address: string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Limits every body but those that hold an input. */
const BODY_LIMIT_BYTES = 1_048_576;
/** Limits how long a request may take to arrive. */
const REQUEST_MS = 10_000;
const RETRY_AFTER_SECONDS = 2;

/** Rejects if the port cannot be had. A broker or store that does not answer is for the page to say. */
export async function startConsole(environment: Environment, options: ConsoleOptions): Promise<Console> {
  const { port, readOnly = false } = options;
  const page = await pageFiles();
  const guard = new Guard(readOnly, page.scriptHashes ?? []);
  const app = createApp(guard);
  const parts = createParts(environment, options);
  addPageRoutes(app, guard, page);
  addReadingRoutes(app, parts);
  addChangingRoutes(app, parts);
  await app.listen({ host: LOOPBACK, port });
  const listening = (app.server.address() as AddressInfo).port;
  guard.listening(listening);
  const close = async (): Promise<void> => {
    parts.channel.close();
    await app.close();
    await parts.tasks.close();
    await parts.failures.close();
    await parts.workroom.close();
  };
  return { address: `http://${LOOPBACK}:${listening}/?token=${guard.token}`, close };
}

function createParts(environment: Environment, { readOnly = false, masked = [], badge }: ConsoleOptions): Parts {
  const workroom = new Workroom(() => openWorkplace(environment));
  const channel = new Channel();
  const turns = new Turns();
  const failures = new Failures(workroom, turns, channel);
  const facts = { badge: badgeOf(badge, environment), store: storeOf(environment.results), readOnly, masked };
  const overviews = new Overviews(workroom, channel, facts);
  channel.onListening = (listening) => {
    overviews.listen(listening);
  };
  const tasks = new Tasks(workroom, turns, { failures, channel });
  return { workroom, channel, overviews, failures, confirmations: new Confirmations(), tasks };
}

function createApp(guard: Guard): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    frameworkErrors: (error, _, reply) => {
      guard.headers(reply);
      sendProblem(reply, problemOf(error));
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
  return app;
}

function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { statusCode = 500, message } = error as FastifyError;
  if (statusCode >= 400 && statusCode < 500) return new Problem(statusCode, message);
  if (error instanceof RecordRefused) return new Problem(409, `${message}.`);
  if (error instanceof StoreError || error instanceof CannotWork || isOfAws(error))
    return unavailable(`${sentenceOf(error)}.`, RETRY_AFTER_SECONDS);
  process.stderr.write(`The console failed: ${error instanceof Error ? String(error.stack) : String(error)}\n`);
  return new Problem(500, 'The console failed; its terminal says why.');
}

/** What the SDK throws, whether SQS answered or did not. */
const isOfAws = (error: unknown): boolean => error instanceof Error && '$metadata' in error;
