import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IQueue } from 'aws-cdk-lib/aws-sqs';
import { type JobQueues } from './job-queue';
import { type Alarms, FIVE_MINUTES, ONE_MINUTE } from './alarms';
import { type Numbers } from './numbers';

/** Alarms for loss that nobody would notice otherwise. */
export function watchQueue(alarms: Alarms, { queue, deadLetters }: JobQueues, numbers: Numbers): void {
  const minute = { period: ONE_MINUTE, statistic: 'Maximum' };
  const five = { period: FIVE_MINUTES, statistic: 'Maximum' };
  alarms.add('DeadLetters', {
    metric: deadLetters.metricApproximateNumberOfMessagesVisible(minute),
    above: 0,
    says: 'Jobs were given up. Each dead letter carries why; send it again or delete it.',
    run: 'failed --group',
  });
  alarms.add('DeadLetterAge', {
    metric: deadLetters.metricApproximateAgeOfOldestMessage(five),
    above: numbers.deadLetterAgeSeconds,
    says: 'The oldest dead letter has been there for half of its retention; at the end it is gone for good.',
    run: 'failed --group',
  });
  alarms.add('Age', {
    metric: queue.metricApproximateAgeOfOldestMessage(five),
    above: numbers.queueAgeSeconds,
    says: 'The oldest job has used a quarter of its retention; at the end it expires unseen. Is a consumer running?',
  });
  alarms.add('Stalled', {
    metric: untaken(queue),
    above: 0,
    periods: 15,
    says: 'For 15 minutes jobs have waited and none was taken: no consumer runs, or it cannot reach queue or table.',
  });
  alarms.add('Unfinished', {
    metric: unfinished(queue),
    above: 0,
    periods: numbers.unfinishedMinutes / FIVE_MINUTES.toMinutes(),
    says: `For ${numbers.unfinishedMinutes} minutes jobs have waited and none left the queue, done or as a dead letter: the consumer holds jobs that it cannot finish. Its log and its readiness say why.`,
  });
  alarms.add('Backlog', {
    metric: queue.metricApproximateNumberOfMessagesVisible(five),
    above: numbers.backlogMessages,
    periods: 3,
    says: 'For 15 minutes more has waited than ten rounds of the largest consumer take. Raise its limits or slow callers.',
  });
}

/** Messages that wait while none is in flight. */
function untaken(queue: IQueue): MathExpression {
  const maximum = { period: ONE_MINUTE, statistic: 'Maximum' };
  return new MathExpression({
    expression: 'IF(inFlight < 1, waiting, 0)',
    usingMetrics: {
      waiting: queue.metricApproximateNumberOfMessagesVisible(maximum),
      inFlight: queue.metricApproximateNumberOfMessagesNotVisible(maximum),
    },
    period: ONE_MINUTE,
    label: 'Waiting, none in flight',
  });
}

/**
 * Messages that wait while none is deleted. A consumer holds its jobs under heartbeat for as long as its table or its
 * dead-letter queue is unavailable. These are in flight, so `untaken` sees nothing. Every job that is done or given up
 * is deleted, and jobs that take an hour do not set it off, since its periods together are longer than a job may take.
 * Jobs that all fail and are tried again do, and so do functions that all run out of time. SQS tells no deletes for a
 * minute in which nobody used the queue.
 */
function unfinished(queue: IQueue): MathExpression {
  return new MathExpression({
    expression: 'IF(FILL(deleted, 0) < 1, waiting, 0)',
    usingMetrics: {
      waiting: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Minimum' }),
      deleted: queue.metricNumberOfMessagesDeleted({ period: FIVE_MINUTES, statistic: 'Sum' }),
    },
    period: FIVE_MINUTES,
    label: 'Waiting, none deleted',
  });
}

export function watchTable(alarms: Alarms, table: ITable): void {
  const five = { period: FIVE_MINUTES, statistic: 'Sum' };
  // Not `ThrottledRequests`, which DynamoDB tells by operation only.
  for (const kind of ['Read', 'Write'])
    alarms.add(`Table${kind}Throttles`, {
      metric: table.metric(`${kind}ThrottleEvents`, five),
      above: 0,
      periods: 3,
      says: `The results table turns ${kind.toLowerCase()}s away; jobs wait and are tried again.`,
    });
}
