import { type Context, type Span } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Traces } from '../service/traces';
import { type Api, openTelemetry } from '../transport/traces/index';
import { onceAnswered } from './answered';

const SCOPE = 'plusone-producer';
const SCHEMA = { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' };

/** The context in which a request is worked on. */
interface Traced {
  readonly context: Context;
  /** Undefined if the caller's trace is not sampled, or if an instrumentation has made a span already. */
  readonly span?: Span;
}

interface Options {
  readonly traces: Pick<Traces, 'flush'>;
  /** A function is frozen once it has answered, so its spans are sent first. */
  readonly onLambda: boolean;
}

/** A span for each request that the gate lets in, health checks aside: in the trace that its caller names, if any. */
export function traceRequests(fastify: FastifyInstance, { traces, onLambda }: Options): void {
  const traced = new WeakMap<FastifyRequest, Traced>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const api = openTelemetry();
    if (api && request.routeOptions.url?.startsWith('/health/') === false) {
      const begun = begin(api, request);
      traced.set(request, begun);
      onceAnswered(reply.raw, () => {
        end(begun, reply);
      });
    }
    done();
  });
  // Behind the body, whose events know nothing of the context before them.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const begun = traced.get(request);
    const api = openTelemetry();
    if (api && begun) api.context.with(begun.context, done);
    else done();
  });
  if (!onLambda) return;
  fastify.addHook('onSend', async (request, reply) => {
    const begun = traced.get(request);
    if (begun === undefined) return;
    end(begun, reply);
    await traces.flush();
  });
}

function begin(api: Api, { headers, method, routeOptions, raw, protocol }: FastifyRequest): Traced {
  const ambient = api.context.active();
  if (api.trace.getSpan(ambient)) return { context: ambient };
  const context = contextOf(api, headers);
  const caller = api.trace.getSpanContext(context);
  if (caller && (caller.traceFlags & api.TraceFlags.SAMPLED) === 0) return { context };
  const route = routeOptions.url ?? '';
  const attributes = {
    'http.request.method': method,
    'http.route': route,
    'url.path': raw.url?.split('?', 1)[0] ?? '',
    'url.scheme': protocol,
  };
  const tracer = api.trace.getTracerProvider().getTracer(SCOPE, undefined, SCHEMA);
  const span = tracer.startSpan(`${method} ${route}`, { kind: api.SpanKind.SERVER, attributes }, context);
  return { context: api.trace.setSpan(context, span), span };
}

/** The caller's context, if it can be read. Baggage is not passed on. */
function contextOf(api: Api, headers: FastifyRequest['headers']): Context {
  try {
    return api.propagation.extract(api.ROOT_CONTEXT, { ...headers, baggage: undefined });
  } catch {
    return api.ROOT_CONTEXT;
  }
}

/** A second end of a span changes nothing. */
function end({ span }: Traced, { statusCode }: FastifyReply): void {
  const api = openTelemetry();
  if (!api || span?.isRecording() !== true) return;
  span.setAttribute('http.response.status_code', statusCode);
  if (statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: api.SpanStatusCode.ERROR });
  }
  span.end();
}
