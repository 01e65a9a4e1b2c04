import { type Message } from '@aws-sdk/client-sqs';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { edited, type Entry } from '../../experiments/rig/proxy/sqs-call';
import { reject } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let proxy: FaultProxy;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
});
afterEach(async () => {
  await stopConsumers();
  await proxy.close();
});

const start = async (queues: TestQueues, script: Script): Promise<void> => {
  const endpoint = proxy.endpoint;
  await startConsumer({ broker: { endpoint, region: broker().region }, queues, ...scripted(script) });
};

it('dead-letters a message whose type holds bytes, and does not take it for one without a type', async () => {
  const queues = await broker().createQueues();
  const script = new Script();
  await start(queues, script);
  const type = { DataType: 'Binary', BinaryValue: Buffer.from('job') };
  await broker().send(queues.queueUrl, '{}', { MessageAttributes: { type } });
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {}).reason).toBe('unknown-type');
  expect(letter?.MessageAttributes?.['type']).toMatchObject({ DataType: 'Binary' });
  expect(script.runs).toEqual([]);
});

it("carries X-Ray's header on", async () => {
  const queues = await broker().createQueues();
  const AWSTraceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
  // The embedded broker keeps no such header.
  proxy.rule(
    'ReceiveMessage',
    edited(({ Messages = [] }: { Messages?: Message[] }) => ({
      Messages: Messages.map((message) => ({ ...message, Attributes: { ...message.Attributes, AWSTraceHeader } })),
    })),
  );
  const sent: Entry[] = [];
  proxy.rule('SendMessageBatch', ({ entries }) => {
    sent.push(...entries);
    return 'pass';
  });
  await start(queues, new Script());
  await broker().send(queues.queueUrl, 'not JSON');
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(sent).toMatchObject([
    { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: AWSTraceHeader } } },
  ]);
});

it('makes each dead letter of a FIFO group a group of its own, and names the real one', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const ids: string[] = [];
  for (const place of ['0', '1', '2']) {
    const rest = { MessageGroupId: 'account-7', MessageDeduplicationId: place };
    ids.push(await broker().send(queues.queueUrl, place, rest));
  }
  await start(queues, new Script(() => reject('closed', 'the account is closed')));
  await eventually(() => broker().isEmpty(queues.queueUrl));
  // In one group the second would be hidden behind the first.
  const letters = await broker().receiveAll(queues.deadLetterQueueUrl);
  expect(letters.map((letter) => [letter.Attributes?.MessageGroupId, whyOf(letter).group]).sort()).toEqual(
    ids.map((id) => [id, 'account-7']).sort(),
  );
  expect(letters.map((letter) => whyOf(letter).sourceMessageId).sort()).toEqual(ids.sort());
});

it('keeps the group of a standard queue, which orders nothing', async () => {
  const queues = await broker().createQueues();
  const sent: Entry[] = [];
  proxy.rule('SendMessageBatch', ({ entries }) => {
    sent.push(...entries);
    return 'pass';
  });
  await start(queues, new Script());
  await broker().send(queues.queueUrl, 'not JSON', { MessageGroupId: 'tenant-7' });
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(sent).toMatchObject([{ MessageGroupId: 'tenant-7' }]);
  expect(sent[0]).not.toHaveProperty('MessageDeduplicationId');
});
