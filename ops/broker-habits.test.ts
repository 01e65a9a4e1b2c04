import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { type BrokerHabits } from './broker';
import { PersistentBroker } from '../test/harness/embedded';
import { eventually } from '../test/harness/eventually';
import { endApps } from '../test/harness/processes';

const BOTH: BrokerHabits = { anyOrder: true, manyOfAGroup: true };

let broker: PersistentBroker;

afterEach(async () => {
  await broker.close();
  await endApps();
});

const bodiesOf = (messages: readonly Message[]): (string | undefined)[] => messages.map(({ Body }) => Body);
const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 10}`);

/** Sent one after the other; to a FIFO queue as the group of its first letter. */
async function send(queueUrl: string, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const fifo = queueUrl.endsWith('.fifo') && { MessageGroupId: body.slice(0, 1), MessageDeduplicationId: body };
    await broker.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, ...fifo }));
  }
}

async function receiveAll(queueUrl: string): Promise<Message[]> {
  const some = await broker.receive(queueUrl, 600);
  return some.length === 0 ? [] : [...some, ...(await receiveAll(queueUrl))];
}

const remove = (queueUrl: string, { ReceiptHandle }: Message) =>
  broker.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));

const handleOf = (messages: readonly Message[], body: string): string | undefined =>
  messages.find(({ Body }) => Body === body)?.ReceiptHandle;

describe('any order', () => {
  it('hands out the messages of a standard queue in none, each once', async () => {
    broker = await PersistentBroker.start({ anyOrder: true });
    const { queueUrl } = await broker.provision('shuffled');
    const bodies = named('m', 40);
    await send(queueUrl, bodies);
    const received = bodiesOf(await receiveAll(queueUrl));
    expect(received).not.toEqual(bodies);
    expect(received.toSorted()).toEqual(bodies);
  });

  it('is off by default', async () => {
    broker = await PersistentBroker.start();
    const { queueUrl } = await broker.provision('straight');
    const bodies = named('m', 40);
    await send(queueUrl, bodies);
    expect(bodiesOf(await receiveAll(queueUrl))).toEqual(bodies);
  });
});

describe('many of a group', () => {
  it('fills a receive with one group, in order, and then goes on with another', async () => {
    broker = await PersistentBroker.start(BOTH);
    const { queueUrl } = await broker.provision('groups.fifo');
    const [a, b] = [named('a', 12), named('b', 3)];
    await send(queueUrl, [...a, ...b]);
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(a.slice(0, 10));
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(b);
  });

  it('is off by default', async () => {
    broker = await PersistentBroker.start();
    const { queueUrl } = await broker.provision('single.fifo');
    await send(queueUrl, [...named('a', 2), ...named('b', 2)]);
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(['a10', 'b10']);
  });

  it('hands out nothing of a group while one of it is in flight', async () => {
    broker = await PersistentBroker.start(BOTH);
    const { queueUrl } = await broker.provision('locked.fifo');
    await send(queueUrl, named('a', 4));
    const [last, ...others] = (await broker.receive(queueUrl, 600, 3)).toReversed();
    for (const message of others) await remove(queueUrl, message);
    expect(await broker.receive(queueUrl, 600)).toEqual([]);
    await remove(queueUrl, last ?? {});
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(['a13']);
  });

  it('sorts in what is given back, whatever the order in which it comes, over a kill too', async () => {
    broker = await PersistentBroker.start(BOTH);
    const { queueUrl } = await broker.provision('returned.fifo');
    await send(queueUrl, named('a', 6));
    const taken = await broker.receive(queueUrl, 600, 5);
    for (const body of ['a11', 'a14', 'a10']) await broker.release(queueUrl, handleOf(taken, body));
    await broker.restart();
    for (const body of ['a13', 'a12']) {
      expect(await broker.receive(queueUrl, 600)).toEqual([]);
      await broker.release(queueUrl, handleOf(taken, body));
    }
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(named('a', 6));
  });

  it('sorts in what comes back since its lease ended, and waits for what is still in flight', async () => {
    broker = await PersistentBroker.start(BOTH);
    const { queueUrl } = await broker.provision('lapsed.fifo');
    await send(queueUrl, named('a', 4));
    const taken = await broker.receive(queueUrl, 1, 3);
    const ReceiptHandle = handleOf(taken, 'a10');
    await broker.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 600 }),
    );
    await eventually(async () => {
      expect(await broker.receive(queueUrl, 600)).toEqual([]);
      expect((await broker.held(queueUrl)).ready.map(({ body }) => body)).toEqual(['a11', 'a12', 'a13']);
    });
    await broker.release(queueUrl, ReceiptHandle);
    expect(bodiesOf(await broker.receive(queueUrl, 600))).toEqual(named('a', 4));
  });
});
