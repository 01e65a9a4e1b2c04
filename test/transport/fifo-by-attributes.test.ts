import { retry } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker({ manyOfAGroup: true });
afterEach(stopConsumers);

it('keeps the order of a group on a FIFO queue whose URL does not look like one', async () => {
  const queues = await broker().createQueues({ fifo: true });
  let failures = 0;
  const script = new Script((payload) => (payload === 2 && (failures += 1) === 1 ? retry('once', 0) : undefined));
  for (let place = 0; place < 8; place += 1) {
    await broker().send(queues.queueUrl, String(place), {
      MessageGroupId: 'one',
      MessageDeduplicationId: String(place),
    });
  }
  const { queueUrl, deadLetterQueueUrl } = queues;
  await startConsumer({
    broker: broker(),
    queues: { queueUrl: `${queueUrl}/`, deadLetterQueueUrl: `${deadLetterQueueUrl}/` },
    ...scripted(script),
  });
  await eventually(() => broker().isEmpty(queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 2, 3, 4, 5, 6, 7]);
});
