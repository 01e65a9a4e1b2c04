/** The producer of this repository as it ships. */
import 'reflect-metadata';
import { createProducer } from '../../../producer/app';
import { createLogger } from '../../../service/logger';
import { runProducerPeer } from '../peer';
import { MEASURE } from '../workload';
import { environmentOf } from './plusone-environment';

runProducerPeer(async (spec) => {
  const app = await createProducer(environmentOf(spec), createLogger(), [MEASURE]);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
});
