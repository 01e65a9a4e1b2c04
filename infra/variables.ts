import { type StackInput, type MessagingStack } from './messaging-stack';

/** As `contract/environment.ts` defaults them. */
export const PRODUCER_PORT = 3000;
export const CONSUMER_PORT = 3001;

/**
 * The HTTP API writes a request's signer into this header, over whatever the caller sent. Names that begin with `x-amz`
 * are reserved.
 */
export const CALLER_HEADER = 'x-plusone-caller';

/** Alarms and dashboard read what the apps count from their logs, on Lambda and on Fargate. */
const METRICS = 'emf';

type Variables = Record<string, string>;

/** What the apps read from their environment, wherever they run. */
export interface AppInput extends StackInput {
  readonly messaging: MessagingStack;
  /** The repository's folder. */
  readonly root: string;
}

/** Without a table the URL of a database takes its place, as a secret: `database.ts`. */
const tableVariables = ({ table }: MessagingStack): Variables =>
  table ? { RESULTS: `dynamodb:${table.tableName}` } : {};

export function producerVariables({ messaging }: AppInput): Variables {
  return {
    QUEUE_URL: messaging.jobs.queue.queueUrl,
    ...tableVariables(messaging),
    METRICS,
    PORT: String(PRODUCER_PORT),
  };
}

export function consumerVariables({ messaging, options, numbers }: AppInput): Variables {
  return {
    QUEUE_URL: messaging.jobs.queue.queueUrl,
    DLQ_URL: messaging.jobs.deadLetters.queueUrl,
    ...tableVariables(messaging),
    METRICS,
    CONSUMER_PORT: String(CONSUMER_PORT),
    HOST: '127.0.0.1',
    HANDLER_TIMEOUT_SECONDS: String(options.handlerTimeoutSeconds),
    VISIBILITY_TIMEOUT_SECONDS: String(numbers.visibilityTimeoutSeconds),
    ...(options.consumer === 'fargate' && { CONCURRENCY: String(options.concurrency) }),
  };
}

/** The web adapter's variables. It waits for `live` only: the app answers even if the queue is unavailable. */
export function adapterVariables(port: number): Variables {
  return { AWS_LWA_PORT: String(port), AWS_LWA_READINESS_CHECK_PATH: '/health/live' };
}
