import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ASKED_JOB } from '../rig/asked-job';
import { envelope } from '../rig/jobs';
import { toApiEvent, toRecord } from '../rig/lambda/events';

const DIST = join(__dirname, '..', '..');

/** A function to measure: what is run, what it is asked, and what it must answer. */
export interface Measured {
  readonly name: string;
  readonly script: string;
  readonly portVariable: 'PORT' | 'CONSUMER_PORT';
  /** Another one for each invocation. */
  readonly event: () => unknown;
  readonly answers: (payload: unknown) => boolean;
}

const oneJob = (): unknown => {
  const id = randomUUID();
  const message = {
    MessageId: id,
    ReceiptHandle: id,
    Body: JSON.stringify({ id, input: ASKED_JOB.input }),
    MessageAttributes: envelope(ASKED_JOB.type),
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  };
  return { Records: [toRecord(message)] };
};

const oneRequest = (): unknown =>
  toApiEvent({ method: 'POST', path: `/jobs/${ASKED_JOB.type}`, body: JSON.stringify({ input: ASKED_JOB.input }) });

const allDone = (payload: unknown): boolean => JSON.stringify(payload) === '{"batchItemFailures":[]}';

const status =
  (code: number) =>
  (payload: unknown): boolean =>
    (payload as { readonly statusCode?: unknown }).statusCode === code;

const BARE = { script: join(DIST, 'experiments', 'lambda', 'bare.js'), portVariable: 'PORT' } as const;

const CONSUMER: Measured = {
  name: 'consumer',
  script: join(DIST, 'bundle', 'consumer.js'),
  portVariable: 'CONSUMER_PORT',
  event: oneJob,
  answers: allDone,
};

const PRODUCER: Measured = {
  name: 'producer',
  script: join(DIST, 'bundle', 'producer.js'),
  portVariable: 'PORT',
  event: oneRequest,
  answers: status(202),
};

/** Ours, as they are in the images, each beside a bare server that is asked the same. */
export const PAIRS = [
  { ours: CONSUMER, bare: { ...BARE, name: 'bare, an SQS event', event: oneJob, answers: allDone } },
  { ours: PRODUCER, bare: { ...BARE, name: 'bare, a request', event: oneRequest, answers: status(200) } },
] as const satisfies readonly { ours: Measured; bare: Measured }[];
