/** The consumer of this repository as it ships: its module, pipeline, engine, health routes; only the work is the bench's. */
import 'reflect-metadata';
import { createConsumer } from '../../../consumer/app';
import { workBy } from '../../../jobs/work';
import { createLogger } from '../../../service/logger';
import { type Meter } from '../meter';
import { type ConsumerSpec, runConsumerPeer } from '../peer';
import { MEASURE } from '../workload';
import { environmentOf } from './plusone-environment';
import { recordNothing } from './record-nothing';

async function start(spec: ConsumerSpec, meter: Meter): Promise<void> {
  const work = workBy(MEASURE, async (job) => {
    await meter.handle(job);
    return { result: job.input + 1 };
  });
  const app = await createConsumer(environmentOf(spec), createLogger(), [work]);
  if (spec.variant === 'unrecorded') recordNothing(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
}

runConsumerPeer(start);
