import { createWorkClient } from '../../transport/sqs/clients';
import { QueueUnavailable } from '../../transport/index';
import { envelope } from '../../transport/delivery/outgoing-message';
import { Sender } from '../../transport/sqs/sender';
import { withBroker } from '../harness/broker';
import { behindProxies, Latch, scripted, Script, startConsumer, type RunningConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it, own } = behindProxies(broker, async () => ({ queues: await broker().createQueues() }));

const throughProxy = () => ({ region: broker().region, endpoint: own().proxy.endpoint });

it.each(['drip', 'blackhole', 'reset'] as const)(
  'sends again after eight calls that %s at once, when the endpoint is well again',
  async (verdict) => {
    const { proxy, queues } = own();
    const { queueUrl } = queues;
    const client = createWorkClient({ queueUrl, ...throughProxy() });
    const sender = new Sender(client, queueUrl);
    const send = (): Promise<unknown> => sender.send({ body: 'x', attributes: envelope('job', 1) });
    proxy.rule('SendMessageBatch', verdict);
    const answers = Promise.allSettled(Array.from({ length: 80 }, send));
    await eventually(() => proxy.count('SendMessageBatch') >= 8);
    for (const answer of await answers) {
      expect(answer.status === 'rejected' && answer.reason).toBeInstanceOf(QueueUnavailable);
    }
    // A call that is given up holds no connection either.
    await eventually(() => proxy.dripping === 0);
    proxy.clear();
    await send();
    await sender.close();
    client.destroy();
  },
);

/** As many as one receive brings. */
const sendTen = (): Promise<string[]> =>
  Promise.all(Array.from({ length: 10 }, () => broker().send(own().queues.queueUrl, '{}')));
const start = (script: Script, numbers = {}): Promise<RunningConsumer> =>
  startConsumer({ broker: throughProxy(), queues: own().queues, ...scripted(script), numbers });

it.each(['ReceiveMessage', 'DeleteMessageBatch', 'GetQueueAttributes'])(
  'a consumer goes on by itself after answers to %s that drip',
  async (action) => {
    const { proxy, queues } = own();
    proxy.rule(action, ({ nth }) => (nth === 1 ? 'drip' : 'pass'));
    const script = new Script();
    const sent = await sendTen();
    await start(script, { receiveWaitSeconds: 1 });
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 28_000 });
    expect(proxy.count(action)).toBeGreaterThan(1);
    expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
  },
);

it('stops within the limit of one call while every answer drips', async () => {
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await start(script, { drainSeconds: 5 });
  await sendTen();
  await eventually(() => script.runs.length === 10);
  own().proxy.rule('*', 'drip');
  latch.open();
  const begunAt = performance.now();
  await consumer.stop();
  // The drain's own time, and a call that began at its end.
  expect(performance.now() - begunAt).toBeLessThan(17_000);
});
