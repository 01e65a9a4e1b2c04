import { isUUID } from 'class-validator';
import { DEAD_LETTER_ATTRIBUTE, type Delivery } from '../transport/index';

/** What of a delivery tells its job's id. */
type Source = Pick<Delivery, 'messageId' | 'attributes'>;

/** The id in a body; undefined where there is none. */
export const idInBody = (body: unknown): string | undefined => uuidIn(body, 'id');

/**
 * The id of the job a delivery carries. A message sent by hand without one takes its MessageId; should it become a dead
 * letter, that is stamped on it, since a redrive changes the MessageId.
 */
export function jobIdOf(idInBody: string | undefined, { messageId, attributes }: Source): string {
  return idInBody?.toLowerCase() ?? stampedId(attributes) ?? messageId;
}

function stampedId(attributes: Source['attributes']): string | undefined {
  const text = attributes[DEAD_LETTER_ATTRIBUTE]?.StringValue;
  if (text === undefined) return undefined;
  try {
    return uuidIn(JSON.parse(text), 'jobId');
  } catch {
    return undefined;
  }
}

function uuidIn(value: unknown, field: string): string | undefined {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
  return typeof id === 'string' && isUUID(id, 'all') ? id.toLowerCase() : undefined;
}
