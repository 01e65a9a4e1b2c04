import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { randomBytes } from 'node:crypto';

/** What names a trace in a line of the log. */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

export type Attributes = Readonly<Record<string, MessageAttributeValue>>;

/** The attributes of a message that carry its context: https://www.w3.org/TR/trace-context/ */
export const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';

interface TraceParent extends TraceIds {
  readonly traceFlags: number;
}

/** Later versions may say more behind the flags. */
const PATTERN = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** Undefined for whatever is not well formed. */
export function readTraceparent(text: unknown): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] =
    (typeof text === 'string' && PATTERN.exec(text)) || [];
  if (version === undefined || (version === '00' && rest !== undefined)) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) };
}

/** Where a message carries its contexts. */
interface Contexts {
  readonly attributes: Attributes;
  /** X-Ray's. */
  readonly traceHeader: string | undefined;
}

/** The contexts of a dead letter that is retried: its attributes, with a trace of its own. */
export interface NewTrace extends Contexts {
  /** The `traceparent` that it had, for a link; undefined if there was none. */
  readonly traceparent: string | undefined;
}

const X_RAY = {
  root: /(?:^|;)Root=1-([\da-f]{8})-([\da-f]{24})(?:;|$)/,
  parent: /(?:^|;)Parent=([\da-f]{16})(?:;|$)/,
  sampled: /(?:^|;)Sampled=1(?:;|$)/,
};

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function readXRay(header = ''): TraceParent | undefined {
  const [, time, random] = X_RAY.root.exec(header) ?? [];
  const [, spanId] = X_RAY.parent.exec(header) ?? [];
  if (time === undefined || random === undefined || spanId === undefined) return undefined;
  return { traceId: time + random, spanId, traceFlags: X_RAY.sampled.test(header) ? 1 : 0 };
}

const textOf = ({ traceId, spanId, traceFlags }: TraceParent): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const xRayOf = ({ traceId, spanId, traceFlags }: TraceParent): string =>
  `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${traceFlags & 1}`;

/** New ids. X-Ray reads the second of a trace's begin in its id; for others any id will do. */
function newIds(): TraceIds {
  const seconds = Math.floor(Date.now() / 1_000);
  const traceId = seconds.toString(16).padStart(8, '0') + randomBytes(12).toString('hex');
  return { traceId, spanId: randomBytes(8).toString('hex') };
}

/** Begins a new trace for a retry, since a trace of days would be of no use. It is sampled if the old one was. */
export function newTrace({ attributes, traceHeader }: Contexts): NewTrace {
  const old = readTraceparent(attributes[TRACEPARENT]?.StringValue);
  const oldXRay = readXRay(traceHeader);
  const ids = newIds();
  const others = Object.entries(attributes).filter(([name]) => name !== TRACESTATE);
  const StringValue = old && textOf({ ...old, ...ids });
  return {
    attributes: old
      ? { ...Object.fromEntries(others), [TRACEPARENT]: { DataType: 'String', StringValue } }
      : attributes,
    traceHeader: oldXRay ? xRayOf({ ...oldXRay, ...ids }) : traceHeader,
    traceparent: old ? attributes[TRACEPARENT]?.StringValue : oldXRay && textOf(oldXRay),
  };
}
