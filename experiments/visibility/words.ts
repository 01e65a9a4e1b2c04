import { type Findings } from './findings';
import { type ConsumerName, PLAIN_INSTANCES } from './grid';
import { type Shade } from './shade';

export const EXPLANATION: readonly string[] = [
  'A program takes messages from a queue (Amazon SQS here). Each message orders a money transfer. When a program receives a message, the queue does not delete it: it hides it from everybody for a while, the visibility timeout. A program that is done deletes the message. If it died, the message shows up again, and another program takes it. So nothing is lost.',
  'But the queue cannot see whether a program died or only takes long. When the work takes longer than the timeout, the message shows up while the first program still works on it, and the transfer is paid again. A queue with a receive limit then moves it to the dead-letter queue, where failed messages are kept, though it is still being paid. Whoever sees it there, and sends it once more, pays it once more.',
];

export const CONSUMER_WORDS: Readonly<Record<ConsumerName, string>> = {
  tutorial:
    'Receive, work, pay, delete; each message received is worked on at once, as by the workers of a Lambda. Nothing else.',
  'sqs-consumer': `The npm package, as its README shows it: Consumer.create({ queueUrl, handleMessage }) with its default settings, ${PLAIN_INSTANCES} instances beside each other. It can send heartbeats (heartbeatInterval with visibilityTimeout); unasked it sends none.`,
  plusone:
    'The consumer of this repository with its default numbers. Heartbeats keep a message hidden while its work runs, and the transfer is written in the same transaction as the record that the job is done, so a second run would pay nothing. Here heartbeats leave no second run to begin; npm run chaos makes them fail, too.',
};

export const LEGEND: readonly (readonly [Shade, string])[] = [
  ['right', '✓ every transfer paid once, no dead letter'],
  ['dead', '! paid once, and dead-lettered as if it had failed'],
  ['twice', '✗ paid again'],
  ['often', '✗ paid again more than twice over'],
];

export const ADVICE: readonly string[] = [
  'Set the visibility timeout longer than the longest work, not the usual one. For a Lambda function AWS asks for six times its timeout.',
  'No timeout is long enough for every day: extend it by heartbeats (ChangeMessageVisibility) while the work runs, and stop the work when the lease is lost.',
  'Make the effect happen once, whatever is delivered again: write it in one transaction with a record of the job id. An effect elsewhere gets the job id as its idempotency key. SQS delivers at least once; with the best timeout a message can still come twice.',
  'Do not set the receive limit (maxReceiveCount) to 1 or 2: a restart or a lost lease costs a receive too. Count failed runs apart from receives.',
  'Before you send a dead letter once more, look whether its job is done.',
];

/** How the numbers came about. */
export function measured({ broker, node, startedAt, seconds, grid, stories }: Findings): string[] {
  const cells = grid.workSeconds.length * grid.visibilitySeconds.length * grid.receiveLimits.length;
  const { receiveLimit } = stories.tutorial.setting;
  return [
    `${cells} settings, three consumers each, all beside each other on a real SQS broker (${broker}), ${seconds} s on ${startedAt.slice(0, 10)} with Node ${node}. All seconds are real ones; the work is a wait.`,
    `Accounts and bookings are tables in SQLite; nothing in them keeps a job from being booked twice. For all three consumers a payment is the same three statements, and the money moved is the balance of the payee. The story above was one more transfer on a queue with a receive limit of ${receiveLimit}.`,
    'A dead letter counts when its transfer was paid. Whether a delete by an old receipt still works once the message was received again differs: SQS says it need not; with ElasticMQ and the embedded broker it does not, with LocalStack it does. So the same setting pays more often on one broker than on another, and on AWS the moments vary more than here.',
  ];
}
