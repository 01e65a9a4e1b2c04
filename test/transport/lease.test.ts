import { setTimeout as wait } from 'node:timers/promises';
import { LeaseLost } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { behindProxies, Latch, scripted, Script, startConsumer, stoppedOnce } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it, own } = behindProxies(broker, () => ({}));

const shortLease = (): Promise<TestQueues> => broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
const LEASE_IS_GONE = { failEntries: () => true, senderFault: true, code: 'ReceiptHandleIsInvalid' };
const behindProxy = (): { endpoint: string; region: string } => ({
  endpoint: own().proxy.endpoint,
  region: broker().region,
});

it('keeps the lease of a handler that runs three times as long as the visibility timeout', async () => {
  const queues = await shortLease();
  const script = new Script(() => wait(6_000));
  await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 12_000 });
  expect(script.runs).toHaveLength(1);
});

it('extends the leases of many handlers in batch calls', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  const script = new Script(() => wait(3_000));
  await startConsumer({ broker: through, queues, ...scripted(script), concurrency: 40 });
  await Promise.all(Array.from({ length: 40 }, () => broker().send(queues.queueUrl, '{}')));
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs).toHaveLength(40);
  // 40 leases, each extended two or three times: 80 to 120 calls one by one.
  expect(own().proxy.count('ChangeMessageVisibilityBatch')).toBeLessThan(40);
});

it('goes on after heartbeats that failed in part, by asking again', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  own().proxy.rule('ChangeMessageVisibilityBatch', ({ nth }) =>
    nth % 2 === 1 ? { failEntries: (_entry, index) => index % 2 === 0 } : 'pass',
  );
  const script = new Script(() => wait(5_000));
  await startConsumer({ broker: through, queues, ...scripted(script) });
  await Promise.all(Array.from({ length: 10 }, () => broker().send(queues.queueUrl, '{}')));
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs).toHaveLength(10);
});

it('aborts a handler whose lease SQS says is gone, and lets the next run have the job', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  own().proxy.rule('ChangeMessageVisibilityBatch', LEASE_IS_GONE);
  const reasons: unknown[] = [];
  const script = stoppedOnce(reasons);
  await startConsumer({ broker: through, queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 12_000 });
  expect(reasons).toEqual([expect.any(LeaseLost)]);
  expect(script.runs).toHaveLength(2);
});

it('asks for a lease of its own where the visibility timeout is longer, as a function may need it', async () => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 600 } });
  const through = behindProxy();
  own().proxy.rule('ChangeMessageVisibilityBatch', LEASE_IS_GONE);
  const script = stoppedOnce([]);
  await startConsumer({ broker: through, queues, ...scripted(script), numbers: { leaseSeconds: 2 } });
  await broker().send(queues.queueUrl, '{}');
  // The first run is told that its lease is gone; with the queue's own the message would come again after ten minutes.
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs).toHaveLength(2);
});

it('takes a throttled heartbeat for what it is, and asks again', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  const throttled = { failEntries: () => true, senderFault: true, code: 'RequestThrottled' };
  own().proxy.rule('ChangeMessageVisibilityBatch', ({ nth }) => (nth === 1 ? throttled : 'pass'));
  const script = new Script(() => wait(4_000));
  await startConsumer({ broker: through, queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 12_000 });
  expect(script.runs).toHaveLength(1);
});

it('tells the handler when the lease ends, also while a heartbeat has no answer', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  own().proxy.rule('ChangeMessageVisibilityBatch', 'blackhole');
  const heard: number[] = [];
  const script = new Script((_payload, { signal }) => {
    if (script.runs.length > 1) return undefined;
    const startedAt = Date.now();
    return new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        heard.push(Date.now() - startedAt);
        resolve();
      });
    });
  });
  // With no room for it the message cannot come again meanwhile, which would go on with the lease.
  await startConsumer({ broker: through, queues, ...scripted(script), concurrency: 1 });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => heard.length === 1, { withinMs: 8_000 });
  // The lease is of 2 s; the unanswered heartbeat gives up after 7.
  expect(heard[0]).toBeLessThan(5_000);
});

it('does not run a message twice at once: it adopts the new receipt while the handler still runs', async () => {
  const queues = await shortLease();
  const through = behindProxy();
  own().proxy.rule('ChangeMessageVisibilityBatch', 'unavailable');
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await startConsumer({ broker: through, queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  const receives = own().proxy.count('ReceiveMessage');
  // The lease is lost, the message comes again, and another poll is asked for after it was taken in.
  await eventually(() => own().proxy.count('ReceiveMessage') > receives + 1, { withinMs: 8_000 });
  expect(consumer.transport.status().inFlight).toBe(1);
  latch.open();
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 8_000 });
  expect(script.runs).toHaveLength(1);
});
