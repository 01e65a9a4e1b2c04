import { join } from 'node:path';
import { type Environment, readEnvironment } from '../../../contract/environment';
import { type ConsumerSpec, type PlaceSpec } from '../peer';

/** As `npm start` would give it, on the bench's queues and with a store of its own. */
export const environmentOf = (spec: PlaceSpec & Partial<Pick<ConsumerSpec, 'results' | 'inFlight'>>): Environment =>
  readEnvironment({
    AWS_ENDPOINT_URL_SQS: spec.endpoint,
    AWS_REGION: spec.region,
    QUEUE_URL: spec.queueUrl,
    DLQ_URL: spec.deadLetterQueueUrl,
    RESULTS: spec.results ?? `sqlite:${join(spec.folder, 'results.db')}`,
    ...(spec.inFlight !== undefined && { CONCURRENCY: String(spec.inFlight) }),
  });
