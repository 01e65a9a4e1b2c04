import { setTimeout as wait } from 'node:timers/promises';
import { type Attempts, type Standing } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
afterEach(stopConsumers);

/** A store that is unavailable for the first calls of every kind. */
class Flaky implements Attempts {
  static readonly calls = { standing: 0, fail: 0, deadLettered: 0 };
  static awayFor = 0;

  standing(): Promise<Standing> {
    return this.answer('standing', { attempts: 1, begun: 0, job: 'open' });
  }

  fail(): Promise<Standing> {
    return this.answer('fail', { attempts: 1, begun: 0, job: 'open' });
  }

  begin(): Promise<Standing> {
    return this.standing();
  }

  takeBack(): Promise<void> {
    return Promise.resolve();
  }

  deadLettered(): Promise<void> {
    return this.answer('deadLettered', undefined);
  }

  jobId(): undefined {
    return undefined;
  }

  private async answer<T>(call: keyof typeof Flaky.calls, answer: T): Promise<T> {
    Flaky.calls[call] += 1;
    if (Flaky.calls[call] <= Flaky.awayFor) throw new Error('away');
    return Promise.resolve(answer);
  }
}

beforeEach(() => {
  Object.assign(Flaky.calls, { standing: 0, fail: 0, deadLettered: 0 });
  Flaky.awayFor = 4;
});

it('costs no receives: deliveries wait under their leases until the store answers', async () => {
  // 4 tries take 1.5 s; the lease of 1 s is extended meanwhile.
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 1 } });
  const script = new Script(() => {
    if (script.runs.length === 1) throw new Error('once');
  });
  await startConsumer({ broker: broker(), queues, ...scripted(script), attempts: Flaky });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 2, { withinMs: 20_000 });
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(script.runs.map(({ receiveCount }) => receiveCount)).toEqual([1, 2]);
  expect(Flaky.calls).toMatchObject({ fail: 5, standing: 5 });
});

it('sends a dead letter once, however often it takes to record it', async () => {
  Flaky.awayFor = 1;
  const queues = await broker().createQueues();
  await startConsumer({ broker: broker(), queues, ...scripted(new Script()), attempts: Flaky });
  await broker().send(queues.queueUrl, 'not JSON');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(await deadLetters(broker(), queues.deadLetterQueueUrl)).toHaveLength(1);
  expect(Flaky.calls.deadLettered).toBe(2);
});

it('stops within its time while the store is unavailable', async () => {
  Flaky.awayFor = Infinity;
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
  const script = new Script(() => {
    throw new Error('always');
  });
  const numbers = { drainSeconds: 5 };
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), attempts: Flaky, numbers });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => Flaky.calls.fail > 1);
  await consumer.stop();
  const asked = Flaky.calls.fail;
  // More than the longest pause before the store is asked again.
  await wait(1_500);
  expect(Flaky.calls.fail).toBe(asked);
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 1, { withinMs: 25_000 });
  expect(consumer.transport.unreturned).toBe(0);
});
