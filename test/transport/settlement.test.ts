import { type Delivery } from '../../transport/index';
import { type Message } from '@aws-sdk/client-sqs';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { toDelivery } from '../../transport/delivery/delivery';
import { Settlement } from '../../transport/settle/settlement';
import { createWorkClient } from '../../transport/sqs/clients';
import { withBroker, type TestQueues } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { UNREAD } from './flights';

const broker = withBroker();
let proxy: FaultProxy;
let queues: TestQueues;
let client: ReturnType<typeof createWorkClient>;
let settlement: Settlement;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues();
  client = createWorkClient({ queueUrl: queues.queueUrl, region: broker().region, endpoint: proxy.endpoint });
  settlement = new Settlement(client, queues.queueUrl, UNREAD);
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
});

async function receive(count = 1): Promise<Delivery[]> {
  await Promise.all(Array.from({ length: count }, (_, index) => broker().send(queues.queueUrl, `${index}`)));
  const messages: Message[] = [];
  await eventually(async () => {
    messages.push(...(await broker().receive(queues.queueUrl)));
    return messages.length === count;
  });
  return messages.map((message) => toDelivery(message, Date.now()));
}

async function receiveOne(): Promise<Delivery> {
  const [delivery] = await receive();
  if (!delivery) throw new Error('nothing was received');
  return delivery;
}

const holds = (): boolean => true;
const gone = { failEntries: () => true, senderFault: true, code: 'ReceiptHandleIsInvalid' };

describe('a delete', () => {
  it('shares its calls with others, and each entry is deleted', async () => {
    const deliveries = await receive(25);
    await Promise.all(deliveries.map((delivery) => settlement.delete(delivery, holds)));
    expect(proxy.count('DeleteMessageBatch')).toBe(3);
    expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
  });

  it('goes on under the newer receipt if SQS refuses one that it has replaced meanwhile', async () => {
    const delivery = await receiveOne();
    const newer = delivery.receiptHandle;
    delivery.receiptHandle = 'replaced';
    proxy.rule('DeleteMessageBatch', ({ nth }) => {
      if (nth > 1) return 'pass';
      delivery.receiptHandle = newer;
      return gone;
    });
    await settlement.delete(delivery, holds);
    expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
  });

  it('is tried again where SQS failed it, and is not remembered once it is through', async () => {
    proxy.rule('DeleteMessageBatch', ({ nth }) => (nth === 1 ? { failEntries: () => true } : 'pass'));
    const delivery = await receiveOne();
    const deleting = settlement.delete(delivery, holds);
    await eventually(() => settlement.wasDone(delivery));
    await deleting;
    expect(proxy.count('DeleteMessageBatch')).toBe(2);
    expect(settlement.wasDone(delivery)).toBe(false);
    expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
  });

  it('waits longer before each try: the fourth comes after 0.7 s', async () => {
    proxy.rule('DeleteMessageBatch', ({ nth }) => (nth <= 3 ? { failEntries: () => true } : 'pass'));
    const delivery = await receiveOne();
    const begunAt = performance.now();
    await settlement.delete(delivery, holds);
    expect(performance.now() - begunAt).toBeGreaterThan(690);
    expect(proxy.count('DeleteMessageBatch')).toBe(4);
  });

  it('is given up after seven tries, some six seconds, and remembered', async () => {
    proxy.rule('DeleteMessageBatch', { failEntries: () => true });
    const delivery = await receiveOne();
    await settlement.delete(delivery, holds);
    expect(proxy.count('DeleteMessageBatch')).toBe(7);
    expect(settlement.wasDone(delivery)).toBe(true);
  });

  it('is not tried again where SQS never takes it, and is remembered', async () => {
    proxy.rule('DeleteMessageBatch', gone);
    const delivery = await receiveOne();
    await settlement.delete(delivery, holds);
    expect(proxy.count('DeleteMessageBatch')).toBe(1);
    expect(settlement.wasDone(delivery)).toBe(true);
  });

  it('is remembered where the lease no longer holds, though SQS says yes', async () => {
    const delivery = await receiveOne();
    await settlement.delete(delivery, () => false);
    expect(settlement.wasDone(delivery)).toBe(true);
    // ElasticMQ refuses a second delete by one receipt, which is remembered, too.
    if (broker().kind === 'external') return;
    await settlement.delete(delivery, holds);
    expect(settlement.wasDone(delivery)).toBe(false);
  });

  it('goes on with the receipt that came meanwhile', async () => {
    const delivery = await receiveOne();
    const [first, latest] = [delivery.receiptHandle, 'the latest'];
    const handles: (string | undefined)[] = [];
    proxy.rule('DeleteMessageBatch', ({ entries }) => {
      handles.push(...entries.map(({ ReceiptHandle }) => ReceiptHandle));
      delivery.receiptHandle = latest;
      return 'pretend';
    });
    await settlement.delete(delivery, holds);
    expect(handles).toEqual([first, latest]);
  });
});

describe('what is remembered', () => {
  it('is the message and its body: neither another message nor another body under its id', async () => {
    const [one, two] = await receive(2);
    if (!one || !two) throw new Error('two were received');
    await settlement.delete(one, () => false);
    expect(settlement.wasDone({ ...one, receiptHandle: 'another' })).toBe(true);
    expect(settlement.wasDone({ ...one, body: 'another' })).toBe(false);
    expect(settlement.wasDone({ ...two, body: one.body })).toBe(false);
  });
});

describe('the end of a lease', () => {
  it('is moved', async () => {
    const delivery = await receiveOne();
    expect(await settlement.extend(delivery, 1)).toBe('extended');
    await eventually(async () => (await broker().receive(queues.queueUrl)).length === 1);
  });

  it('is now for a delivery that is given back', async () => {
    const delivery = await receiveOne();
    await settlement.release(delivery, 0);
    expect(await broker().depth(queues.queueUrl)).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it('is lost where SQS says so, and unknown where it does not answer or throttles', async () => {
    const delivery = await receiveOne();
    proxy.rule('ChangeMessageVisibilityBatch', gone);
    expect(await settlement.extend(delivery, 30)).toBe('lost');
    proxy.rule('ChangeMessageVisibilityBatch', { ...gone, code: 'RequestThrottled' });
    expect(await settlement.extend(delivery, 30)).toBe('unknown');
    proxy.rule('ChangeMessageVisibilityBatch', 'drop');
    expect(await settlement.extend(delivery, 30)).toBe('unknown');
  });

  it('that cannot be moved fails nobody who gives a delivery back', async () => {
    const delivery = await receiveOne();
    proxy.rule('ChangeMessageVisibilityBatch', 'drop');
    await settlement.release(delivery, 0);
    expect((await broker().depth(queues.queueUrl)).inFlight).toBe(1);
  });
});

it.each(['DeleteMessageBatch', 'ChangeMessageVisibilityBatch'])('is flushed once %s has its answer', async (action) => {
  const answered = new Latch();
  proxy.rule(action, { answer: (forward) => answered.opened.then(forward) });
  const delivery = await receiveOne();
  const settling = action.startsWith('D') ? settlement.delete(delivery, holds) : settlement.release(delivery, 0);
  let flushed = false;
  const flush = settlement.flush().then(() => (flushed = true));
  await eventually(() => proxy.count(action) === 1);
  expect(flushed).toBe(false);
  answered.open();
  await flush;
  await settling;
});
