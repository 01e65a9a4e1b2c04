import '../service/signals';
import 'reflect-metadata';
import { run } from '../service/run';
import { QueueConsumer } from '../transport/index';
import { consumerFaults, createConsumer } from './app';

void run({
  name: 'Consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: createConsumer,
  async listen(app, { consumerPort, host = '127.0.0.1' }) {
    await app.startAllMicroservices();
    await app.listen(consumerPort, host);
  },
  unreturned: (app) => app.get(QueueConsumer).unreturned,
});
