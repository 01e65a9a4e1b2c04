import { elementsOf, type Fields, fieldsOf, isFields } from '../contract/json';
import { Rejection } from '../transport/index';

/** How to recognise what other services put on a queue, and what turns it into jobs. */
const ENVELOPES: readonly { readonly is: (body: Fields) => boolean; readonly says: string }[] = [
  {
    is: ({ Type, TopicArn }) => typeof Type === 'string' && typeof TopicArn === 'string',
    says: "an envelope of SNS, not a job: turn raw message delivery on for this queue's subscription to the topic",
  },
  {
    is: (body) => 'detail-type' in body && 'detail' in body,
    says: 'an event of EventBridge, not a job: give the rule an input transformer that makes {"input": …} of it',
  },
  {
    is: ({ Records, Service }) => isOfS3(Records) || Service === 'Amazon S3',
    says: 'a notification of S3, not a job: let EventBridge take it, whose rule makes {"input": …} of it by a transformer',
  },
];

/** A pipe that tells the envelopes of other AWS services from jobs, and says what to do. */
export const NO_ENVELOPE = {
  transform(body: unknown): unknown {
    if (!isFields(body)) return body;
    const envelope = ENVELOPES.find(({ is }) => is(body));
    if (envelope) throw new Rejection('invalid', `The message is ${envelope.says}.`);
    return body;
  },
};

function isOfS3(records: unknown): boolean {
  const [first] = elementsOf(records);
  return fieldsOf(first)['eventSource'] === 'aws:s3';
}
