import { type Attributes, type Context, type Link, type Span, type SpanContext, type Tracer } from '@opentelemetry/api';
import { type Delivery } from '../delivery/delivery';
import { type Outcome } from '../delivery/outcome';
import { type OutgoingMessage } from '../delivery/outgoing-message';
import { contextOf, retriedFrom, withContext } from './message-context';
import { type Api, openTelemetry } from './open-telemetry';
import { TRACEPARENT } from '../delivery/traceparent';

/** The conventions that these spans follow: https://opentelemetry.io/docs/specs/semconv/messaging/ */
const SCHEMA = { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' };
const SCOPE = '@plusone/nestjs-sqs';

/** The facts of a run, for its span. */
export interface TracedRun {
  readonly delivery: Delivery;
  readonly attempt: number;
  /** Why its handler was told to stop. */
  readonly abortedBy: Error | undefined;
}

/**
 * The spans of one queue: `create` for each message that is sent, `process` for each run of a handler. None for
 * receives and settlements, which metrics count. If a context says that it is not sampled, no span is made, and the
 * context is passed on.
 */
export class QueueSpans {
  private readonly queue: string;
  /** Attributes of all spans of a kind, made once. */
  private readonly ofCreate: Attributes;
  private readonly ofProcess: Attributes;

  constructor(
    queueUrl: string,
    /** Undefined for a message that names no job. */
    private readonly jobId: (delivery: Delivery) => string | undefined = () => undefined,
  ) {
    this.queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
    const of = (operation: string): Attributes => ({
      'messaging.system.name': 'aws.sqs',
      'messaging.destination.name': this.queue,
      'aws.sqs.queue.url': queueUrl,
      'messaging.operation.name': operation,
      'messaging.operation.type': operation,
    });
    this.ofCreate = of('create');
    this.ofProcess = of('process');
  }

  /** Sends a message by `send` with the context of its span, unless the caller gave it a context. */
  create<Sent extends { readonly messageId: string }>(
    message: OutgoingMessage,
    send: (message: OutgoingMessage) => Promise<Sent>,
  ): Promise<Sent> {
    const api = openTelemetry();
    if (!api || TRACEPARENT in message.attributes) return send(message);
    const context = api.context.active();
    const parent = api.trace.getSpanContext(context);
    if (parent && !isSampled(parent)) return send(withContext(api, message, context));
    const span = tracerOf(api).startSpan(
      `create ${this.queue}`,
      {
        kind: api.SpanKind.PRODUCER,
        attributes: { ...this.ofCreate, 'plusone.type': message.attributes['type']?.StringValue },
      },
      context,
    );
    const sent = send(withContext(api, message, api.trace.setSpan(context, span)));
    return span.isRecording() ? endedBySend(api, span, sent) : sent;
  }

  /** Runs a handler within the context that came with its message, or within its span. */
  process(traced: TracedRun, run: () => Promise<Outcome | 'overdue'>): Promise<Outcome | 'overdue'> {
    const api = openTelemetry();
    if (!api) return run();
    const { delivery } = traced;
    const creation = contextOf(api, delivery);
    const created = api.trace.getSpanContext(creation);
    delivery.trace = created;
    if (created && !isSampled(created)) return api.context.with(creation, run);
    const span = this.begin(api, traced, creation);
    if (api.isSpanContextValid(span.spanContext())) delivery.trace = span.spanContext();
    const running = api.context.with(api.trace.setSpan(creation, span), run);
    return span.isRecording() ? endedByRun(api, { span, traced, running }) : running;
  }

  /**
   * Begins a child of the context in which the message was created, linked to it, to the ambient span and to the
   * retried one.
   */
  private begin(api: Api, { delivery, attempt }: TracedRun, creation: Context): Span {
    const created = api.trace.getSpanContext(creation);
    const ambient = api.trace.getSpanContext(api.context.active());
    const links: Link[] = [created, ambient, retriedFrom(delivery)].flatMap((context) =>
      context && api.isSpanContextValid(context) ? { context } : [],
    );
    // OpenTelemetry leaves out what is undefined.
    const attributes = {
      ...this.ofProcess,
      'plusone.type': delivery.type,
      'plusone.attempt': attempt,
      'messaging.message.id': delivery.messageId,
      'messaging.message.conversation_id': this.jobId(delivery),
    };
    const options = { kind: api.SpanKind.CONSUMER, attributes, links };
    return tracerOf(api).startSpan(`process ${this.queue}`, options, creation);
  }
}

const tracerOf = ({ trace }: Api): Tracer => trace.getTracerProvider().getTracer(SCOPE, undefined, SCHEMA);

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & 1) === 1;

async function endedBySend<Sent extends { readonly messageId: string }>(
  api: Api,
  span: Span,
  sending: Promise<Sent>,
): Promise<Sent> {
  try {
    const sent = await sending;
    span.setAttribute('messaging.message.id', sent.messageId);
    return sent;
  } catch (error) {
    fail(api, span, error instanceof Error ? { type: error.name, message: error.message } : { type: 'Error' });
    throw error;
  } finally {
    span.end();
  }
}

interface Running {
  readonly span: Span;
  readonly traced: TracedRun;
  readonly running: Promise<Outcome | 'overdue'>;
}

async function endedByRun(api: Api, { span, traced, running }: Running): Promise<Outcome | 'overdue'> {
  try {
    const outcome = await running;
    if (outcome === 'overdue') fail(api, span, { type: traced.abortedBy?.name ?? 'HandlerTimeout' });
    else if (outcome.kind !== 'done') fail(api, span, faultOf(outcome, traced));
    return outcome;
  } finally {
    span.end();
  }
}

interface SpanFault {
  readonly type: string;
  readonly message?: string;
}

/** The span's error: the reason if there is one, else why it was told to stop, else what was thrown. */
function faultOf(outcome: Exclude<Outcome, { kind: 'done' }>, { abortedBy }: TracedRun): SpanFault {
  const { thrown, error: message } = outcome;
  if (outcome.kind === 'reject') return { type: outcome.reason, message };
  return { type: abortedBy?.name ?? (thrown instanceof Error ? thrown.name : 'retry'), message };
}

function fail({ SpanStatusCode }: Api, span: Span, { type, message }: SpanFault): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
}
