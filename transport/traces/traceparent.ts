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

/** What goes with a dead letter that is sent again. */
export interface NewTrace {
  /** Those of the letter, with a trace of their own. */
  readonly attributes: Attributes;
  /** The `traceparent` that it had, for a link; undefined if there was none. */
  readonly traceparent: string | undefined;
}

/** A trace of days would be of no use, so a retry begins one. It is sampled if the old one was. */
export function newTrace(attributes: Attributes): NewTrace {
  const parent = attributes[TRACEPARENT];
  const old = readTraceparent(parent?.StringValue);
  if (old === undefined) return { attributes, traceparent: undefined };
  const flags = old.traceFlags.toString(16).padStart(2, '0');
  const StringValue = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`;
  const others = Object.entries(attributes).filter(([name]) => name !== TRACESTATE);
  return {
    attributes: { ...Object.fromEntries(others), [TRACEPARENT]: { DataType: 'String', StringValue } },
    traceparent: parent?.StringValue,
  };
}
