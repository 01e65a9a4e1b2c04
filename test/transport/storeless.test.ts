import { setTimeout as wait } from 'node:timers/promises';
import { withBroker, type TestQueues } from '../harness/broker';
import { besideOthers, scripted, Script, startConsumer } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it } = besideOthers();

const allDone = (queues: TestQueues): Promise<boolean> =>
  eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });

async function receiveInVain(queueUrl: string, times: number): Promise<void> {
  for (let receive = 1; receive <= times; receive += 1) {
    await eventually(async () => (await broker().receive(queueUrl, 0, 1)).length === 1);
  }
}

it('runs a message after fifty receives, and dead-letters it as `receives` at the next', async () => {
  const queues = await broker().createQueues();
  await broker().send(queues.queueUrl, '"forty-nine"');
  await receiveInVain(queues.queueUrl, 49);
  const script = new Script();
  const first = await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await allDone(queues);
  await first.stop();
  expect(script.runs.map(({ receiveCount }) => receiveCount)).toEqual([50]);
  // Some brokers hand the next message of that queue to the poll that has gone.
  const others = await broker().createQueues();
  await broker().send(others.queueUrl, '"fifty"');
  await receiveInVain(others.queueUrl, 50);
  await startConsumer({ broker: broker(), queues: others, ...scripted(script) });
  const [message] = await deadLetters(broker(), others.deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'receives', attempts: 0 });
  expect(script.runs).toHaveLength(1);
});

it('does not run again what has succeeded after its timeout, while its next run had begun', async () => {
  const queues = await broker().createQueues();
  // Given back after 1 s, for 1 or 2 s; the first run succeeds while the second is under way.
  const script = new Script(() => wait(3_200));
  await startConsumer({ broker: broker(), queues, ...scripted(script), numbers: { handlerTimeoutSeconds: 1 } });
  await broker().send(queues.queueUrl, '{}');
  await allDone(queues);
  expect(script.runs.length).toBeLessThan(3);
  expect(await broker().isEmpty(queues.deadLetterQueueUrl)).toBe(true);
});
