/** The producer of this repository as it ships. */
import 'reflect-metadata';
import { createProducer } from '../../../producer/app';
import { runProducerPeer } from '../peer';
import { environmentOf } from './plusone-environment';

runProducerPeer(async (spec) => {
  const app = await createProducer(environmentOf(spec));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
});
