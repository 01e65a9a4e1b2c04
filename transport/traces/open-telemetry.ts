import type * as OpenTelemetry from '@opentelemetry/api';
import { type TraceIds } from './traceparent';

/** OpenTelemetry's API, which is an optional peer of this package. */
export type Api = typeof OpenTelemetry;

/** Where the API keeps what was registered, whichever copy of it did. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** What `suppressTracing` of OpenTelemetry's SDK sets: nothing that obeys it makes a span. */
const SUPPRESSED = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

/** Undefined until it is needed, and null if it is not installed. */
let api: Api | null | undefined;
let suppressed: OpenTelemetry.Context | undefined;

/** The API, if a tracer provider is registered. Before that nothing of OpenTelemetry is loaded here. */
export function openTelemetry(): Api | undefined {
  const registered: unknown = Reflect.get(globalThis, REGISTERED);
  if (typeof registered !== 'object' || registered === null || !Reflect.get(registered, 'trace')) return undefined;
  if (api === undefined) api = load();
  return api ?? undefined;
}

/** By `require`, which jest and the bundle follow. */
function load(): Api | null {
  try {
    return require('@opentelemetry/api') as Api;
  } catch {
    return null;
  }
}

/**
 * Makes a call of an SDK without spans of its own: polls would fill every trace, and the AWS instrumentation writes one
 * context over those of all ten messages of a batch.
 */
export function withoutSpans<T>(call: () => T): T {
  const loaded = openTelemetry();
  if (!loaded) return call();
  suppressed ??= loaded.ROOT_CONTEXT.setValue(loaded.createContextKey(SUPPRESSED), true);
  return loaded.context.with(suppressed, call);
}

/** The span or the context of others that is active here, sampled or not. */
export function activeTrace(): TraceIds | undefined {
  const loaded = openTelemetry();
  const active = loaded?.trace.getActiveSpan()?.spanContext();
  return active && loaded?.isSpanContextValid(active) ? active : undefined;
}
