import { isUUID } from 'class-validator';
import { fieldsOf, parsedJson } from '../contract/json';
import { DEAD_LETTER_ATTRIBUTE, decode, type Delivery } from '../transport/index';

/** The parts of a delivery that may name its job. */
type Source = Pick<Delivery, 'messageId' | 'attributes'>;

/** The id in a body; undefined if there is none. */
export const idInBody = (body: unknown): string | undefined => uuidIn(body, 'id');

/**
 * The id of the job of a delivery. A message sent by hand without one takes its MessageId. If it becomes a dead
 * letter, that id is stamped on it, since a redrive changes the MessageId.
 */
export function jobIdOf(bodyId: string | undefined, { messageId, attributes }: Source): string {
  return bodyId?.toLowerCase() ?? stampedId(attributes) ?? messageId;
}

/** The same for a message whose body has not been read yet. */
export const deliveredJobId = (delivery: Delivery): string => jobIdOf(idInBody(bodyOf(delivery)), delivery);

/** Undefined for a body that cannot be read; its record is kept under the MessageId. */
export function bodyOf({ body }: Pick<Delivery, 'body'>): unknown {
  try {
    return decode(body);
  } catch {
    return undefined;
  }
}

function stampedId(attributes: Source['attributes']): string | undefined {
  const text = attributes[DEAD_LETTER_ATTRIBUTE]?.StringValue;
  return text === undefined ? undefined : uuidIn(parsedJson(text), 'jobId');
}

function uuidIn(value: unknown, field: string): string | undefined {
  const { [field]: id } = fieldsOf(value);
  return typeof id === 'string' && isUUID(id, 'all') ? id.toLowerCase() : undefined;
}
