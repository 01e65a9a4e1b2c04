import { isUUID } from 'class-validator';
import { DEAD_LETTER_ATTRIBUTE } from '../transport/dead-letter';
import { type Delivery } from '../transport/delivery';

/** What of a delivery tells its job's id. */
type Source = Pick<Delivery, 'messageId' | 'attributes'>;

/** The id in a body; undefined where there is none. */
export function idInBody(body: unknown): string | undefined {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'string' && isUUID(id, 'all') ? id.toLowerCase() : undefined;
}

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
    const stamp: unknown = JSON.parse(text);
    const id = typeof stamp === 'object' && stamp !== null && 'jobId' in stamp ? stamp.jobId : undefined;
    return typeof id === 'string' && isUUID(id, 'all') ? id.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
