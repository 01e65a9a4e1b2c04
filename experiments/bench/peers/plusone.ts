/** The consumer of this repository as it ships: its module, pipeline, engine, health routes; only the work is the bench's. */
import 'reflect-metadata';
import { join } from 'node:path';
import { createConsumer } from '../../../consumer/app';
import { readEnvironment } from '../../../contract/environment';
import { createLogger } from '../../../service/logger';
import { recordNothing } from '../../recording/record-nothing';
import { type Meter } from '../meter';
import { type PeerSpec, runConsumerPeer } from '../peer';

async function start(spec: PeerSpec, meter: Meter): Promise<void> {
  const environment = readEnvironment({
    AWS_ENDPOINT_URL_SQS: spec.endpoint,
    AWS_REGION: spec.region,
    QUEUE_URL: spec.queueUrl,
    DLQ_URL: spec.deadLetterQueueUrl,
    RESULTS: `sqlite:${join(spec.folder, 'results.db')}`,
    CONCURRENCY: String(spec.inFlight),
  });
  const app = await createConsumer(environment, createLogger(), async (job) => {
    await meter.handle(job);
    return { result: job.input + 1 };
  });
  if (spec.variant === 'unrecorded') recordNothing(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
}

runConsumerPeer(start);
