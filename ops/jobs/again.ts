import { type JobRecord } from '../../results/records';
import { newTrace } from '../../transport/traces/index';
import { type Case } from './failed-job';
import { type Letter, stamp } from './letter';
import { type Outgoing } from './outgoing';

/** The dead letter as it came to its source queue first, in a trace of its own. */
export function again({ letter, record }: Case, fifo: boolean): Outgoing {
  const { body, messageId } = letter;
  const { attributes, traceHeader, traceparent } = newTrace(letter);
  const place = fifo ? { group: orderedGroup(letter, record), deduplicationId: messageId } : { group: letter.group };
  return { body, attributes: { ...attributes, ...stamp(letter, traceparent) }, traceHeader, ...place };
}

/**
 * In a FIFO dead-letter queue a letter's group is its source's MessageId, and the why has its own. What SQS moved by itself
 * is in its own group still. A letter that had no room for the why has lost it, unless the record of a claim knows it.
 */
function orderedGroup({ why, group, jobId }: Letter, record: JobRecord | undefined): string {
  if (why.group !== undefined) return why.group;
  const isOfMove = group === undefined || group === record?.movedMessage;
  return isOfMove ? (record?.group ?? jobId) : group;
}
