import { type IncomingMessage } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type BulkRoom } from './bulk-room';
import { ANONYMOUS, type Callers, limitKeyOf } from './callers';
import { CLOSE, COMMON_HEADERS, Problem, tooManyRequests, unavailable } from '../service/problem';
import { limitBody } from './job-route';
import { JSON_TYPE, LINES_TYPE, utf8TypeOf } from './media-type';
import { type RateLimit } from './rate-limit';
import { type Routes } from './routes';
import { type Stopping } from './stopping';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller that `Callers` identified; `anonymous` on an open path. */
    caller: string;
  }
}

export interface Gate {
  readonly callers: Callers;
  /** Counts once the caller is known, before anything else is checked. Health requests do not count. */
  readonly limit: RateLimit;
  /** Whether this producer is called by that name; undefined where any will do. */
  readonly isKnownHost: ((host: string) => boolean) | undefined;
  readonly routes: Routes;
  readonly bulkRoom: BulkRoom;
  readonly stopping: Stopping;
}

const isHealth = (path: string): boolean => path.startsWith('/health/');

/** Paths without an API key: health, and the documentation. */
const isOpen = (path: string): boolean =>
  isHealth(path) || path === '/openapi.json' || path === '/docs' || path.startsWith('/docs/');

const STOP_RETRY_SECONDS = 5;

/** Limits a body that is read and thrown away behind a refusal, so that its connection can go on. */
const SKIPPED_BYTES = 16 * 1024;

/** All that is decided from the headers, before a byte of the body is read. */
export function guardRequests(fastify: FastifyInstance, gate: Gate): void {
  fastify.decorateRequest('caller', ANONYMOUS);
  fastify.addHook('onRoute', (route) => {
    gate.routes.add(route);
    limitBody(route);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    gate.stopping.track(reply.raw);
    reply.headers(COMMON_HEADERS);
    if (gate.stopping.begun) reply.headers(CLOSE);
    const problem = faultOf(request, gate) ?? bulkFault(request, reply, gate);
    if (problem === undefined) {
      done();
      return;
    }
    closeIfUnread(request, reply);
    done(problem);
  });
}

function faultOf(request: FastifyRequest, gate: Gate): Problem | undefined {
  const { raw, method } = request;
  const path = raw.url?.split('?', 1)[0] ?? '';
  const problem = callerFault(request, path, gate);
  if (problem !== undefined) return problem;
  if (request.is404) return notFound(path, gate.routes);
  if (method !== 'POST') return undefined;
  const takesJobs = request.routeOptions.config.definition !== undefined;
  if (gate.stopping.begun && takesJobs) return unavailable('The producer is stopping.', STOP_RETRY_SECONDS);
  return mediaFault(request, takesJobs);
}

/** Checks the caller, the rate, and the host name. */
function callerFault(request: FastifyRequest, path: string, gate: Gate): Problem | undefined {
  const { headers, ip, raw } = request;
  const caller = isOpen(path) ? ANONYMOUS : gate.callers.callerOf(raw);
  if (!isHealth(path) && !gate.limit.allows(limitKeyOf(caller, ip))) return tooManyRequests();
  if (hostFault(raw)) return new Problem(400, 'The header Host takes one value.', { headers: CLOSE });
  if (gate.isKnownHost?.(headers.host ?? 'localhost') === false) return misdirected();
  if (caller === undefined) return gate.callers.refusal();
  request.caller = caller;
  return undefined;
}

/** No Host is fine before HTTP/1.1. Of two Hosts, a proxy in front could mean the other one (RFC 9112, 3.2). */
function hostFault({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (/^host$/i.test(rawHeaders[at] ?? '')) hosts += 1;
  return hosts > 1 || (hosts === 0 && httpVersion === '1.1');
}

const misdirected = (): Problem =>
  new Problem(421, 'Without API_KEYS this producer answers to localhost only; ALLOW_ANONYMOUS=true lets any host in.');

function notFound(path: string, routes: Routes): Problem {
  const allow = routes.allowed(path);
  if (allow === undefined)
    return new Problem(
      404,
      /^\/jobs\/[^/]+$/.test(path)
        ? 'There is no job type of this name; /docs lists those there are.'
        : 'There is nothing at this path.',
    );
  return new Problem(405, `This path takes ${allow}.`, { headers: { allow } });
}

function mediaFault({ headers }: FastifyRequest, takesJobs: boolean): Problem | undefined {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  const type = utf8TypeOf(headers['content-type']);
  const fits = type === JSON_TYPE || (takesJobs && type === LINES_TYPE);
  if (fits && (encoding === undefined || encoding === 'identity')) return undefined;
  const types = takesJobs ? `${JSON_TYPE}, or ${LINES_TYPE} for many jobs,` : JSON_TYPE;
  return new Problem(415, `The body must be ${types} in UTF-8 without a content encoding.`);
}

/** Checks that are for requests in bulk only. */
function bulkFault({ method, headers }: FastifyRequest, reply: FastifyReply, { bulkRoom }: Gate): Problem | undefined {
  if (method !== 'POST' || utf8TypeOf(headers['content-type']) !== LINES_TYPE) return undefined;
  if (headers['idempotency-key'] !== undefined) {
    return new Problem(400, 'The header Idempotency-Key is for one job; here each line has its own idempotencyKey.');
  }
  return bulkRoom.enter(reply.raw);
}

/** A small body that nobody reads is skipped. With a larger one the connection ends with the answer. */
function closeIfUnread({ headers }: FastifyRequest, reply: FastifyReply): void {
  const length = Number(headers['content-length'] ?? 0);
  if (headers['transfer-encoding'] !== undefined || length > SKIPPED_BYTES) reply.headers(CLOSE);
}
