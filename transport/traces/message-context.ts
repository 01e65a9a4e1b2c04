import { type Context, type TextMapGetter } from '@opentelemetry/api';
import { DEAD_LETTER_ATTRIBUTE } from '../delivery/dead-letter';
import { type Delivery } from '../delivery/delivery';
import { ATTRIBUTE_LIMIT, messageBytes, type OutgoingMessage, PAYLOAD_LIMIT_BYTES } from '../delivery/outgoing-message';
import { type Api } from './open-telemetry';
import { type Attributes, readTraceparent, TRACEPARENT } from '../delivery/traceparent';

/** X-Ray's header by its name in HTTP. SQS has a place of its own for it, beside the attributes. */
const X_RAY = 'x-amzn-trace-id';

/** Baggage is not passed on: whatever the application keeps there is not for a queue. */
const BAGGAGE = 'baggage';

type Carrier = Pick<Delivery, 'attributes' | 'traceHeader'>;

/**
 * The message with a context, as the registered propagators write it. If SQS has no room for it, the message
 * is sent as it is: the job goes on, the trace does not.
 */
export function withContext(api: Api, message: OutgoingMessage, context: Context): OutgoingMessage {
  const written: Record<string, string> = {};
  api.propagation.inject(context, written);
  const { [X_RAY]: traceHeader = message.traceHeader, ...texts } = written;
  const { traceparent } = texts;
  const choices = [texts, ...(traceparent === undefined ? [] : [{ traceparent }])];
  const attributes = choices.map((some) => ({ ...asAttributes(some), ...message.attributes }));
  return { ...message, attributes: attributes.find((some) => fits(message, some)) ?? message.attributes, traceHeader };
}

/** SQS takes no empty value. Baggage goes no further. */
const asAttributes = (texts: Readonly<Record<string, string>>): Attributes =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, StringValue]) =>
      StringValue === '' || name === BAGGAGE ? [] : [[name, { DataType: 'String', StringValue }]],
    ),
  );

const fits = ({ body }: OutgoingMessage, attributes: Attributes): boolean =>
  Object.keys(attributes).length <= ATTRIBUTE_LIMIT && messageBytes({ body, attributes }) <= PAYLOAD_LIMIT_BYTES;

const GETTER: TextMapGetter<Carrier> = {
  keys: ({ attributes, traceHeader }) => [...Object.keys(attributes), ...(traceHeader === undefined ? [] : [X_RAY])],
  get({ attributes, traceHeader }, name) {
    if (name === X_RAY) return traceHeader;
    return name === BAGGAGE || !Object.hasOwn(attributes, name) ? undefined : attributes[name]?.StringValue;
  },
};

/** The context that came with a message; an empty one if there is none that can be read. */
export function contextOf(api: Api, carrier: Carrier): Context {
  try {
    return api.propagation.extract(api.ROOT_CONTEXT, carrier, GETTER);
  } catch {
    return api.ROOT_CONTEXT;
  }
}

/** The trace in which a retried dead letter became one. Parsed as text, since anybody may write that attribute. */
export function retriedFrom({ attributes }: Carrier): ReturnType<typeof readTraceparent> {
  const text = attributes[DEAD_LETTER_ATTRIBUTE]?.StringValue;
  if (text?.includes(TRACEPARENT) !== true) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return readTraceparent(typeof value === 'object' && value !== null ? Reflect.get(value, TRACEPARENT) : undefined);
  } catch {
    return undefined;
  }
}
