import type * as OpenTelemetry from '@opentelemetry/api';
import { type TraceIds } from '../delivery/traceparent';

/** OpenTelemetry's API, which is an optional peer of this package. */
export type Api = typeof OpenTelemetry;

/** Where all copies of the API keep what was registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** The context key of `suppressTracing`: instrumentations that obey it make no spans. */
const SUPPRESSED = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

/** Undefined until it is needed, and null if it is not installed. */
let api: Api | null | undefined;
let suppressed: OpenTelemetry.Context | undefined;

/** The API, if a tracer provider is registered. Until then nothing of OpenTelemetry is loaded. */
export function openTelemetry(): Api | undefined {
  const registered: unknown = Reflect.get(globalThis, REGISTERED);
  if (typeof registered !== 'object' || registered === null || !Reflect.get(registered, 'trace')) return undefined;
  if (api === undefined) api = load();
  return api ?? undefined;
}

/** Loads by `require`, which jest and the bundler follow. */
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

/** The active span or remote context, sampled or not. */
export function activeTrace(): TraceIds | undefined {
  const loaded = openTelemetry();
  const active = loaded?.trace.getActiveSpan()?.spanContext();
  return active && loaded?.isSpanContextValid(active) ? active : undefined;
}
