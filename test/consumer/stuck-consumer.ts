import 'reflect-metadata';
import { run } from '../../service/run';
import { QueueConsumers } from '../../transport/index';
import { connectConsumer, scripted, Script } from '../harness/consumer';

/** A process of its own: the transport with a handler that never returns, whatever its signal says. */
void run({
  name: 'Stuck',
  portVariable: 'CONSUMER_PORT',
  check: () => [],
  create: ({ region = '', sqsEndpoint = '', queueUrl = '', deadLetterQueueUrl = '' }) => {
    const script = new Script(() => {
      process.stdout.write('running\n');
      return new Promise(() => undefined);
    });
    const queues = { queueUrl, deadLetterQueueUrl };
    const broker = { region, endpoint: sqsEndpoint };
    return connectConsumer({ broker, queues, ...scripted(script), numbers: { drainSeconds: 2 } });
  },
  async listen(app, { consumerPort }) {
    await app.init();
    await app.startAllMicroservices();
    await app.listen(consumerPort, '127.0.0.1');
  },
  unreturned: (app) => app.get(QueueConsumers).get().unreturned,
});
