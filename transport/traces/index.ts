/** Traces without Nest and without SQS. Apart from the package's own entry, whose types need no OpenTelemetry. */
export { type Api, activeTrace, openTelemetry } from './open-telemetry';
export { newTrace } from '../delivery/traceparent';
