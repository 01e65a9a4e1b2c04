import 'reflect-metadata';
import { run } from '../service/run';
import { SqsTransport } from '../transport/transport';
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
  unreturned: (app) => app.get(SqsTransport).unreturned,
});
