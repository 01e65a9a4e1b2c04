import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { openStoreFile } from '../harness/store-file';

const broker = withBroker();
afterEach(stopConsumerApps);

test('a record that is damaged keeps its own job waiting, and no other', async () => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 4 } });
  const runs: string[] = [];
  const work = ({ id, input }: { id: string; input: number }) => {
    runs.push(id);
    return { result: input + 1 };
  };
  const { records, transport, resultsPath } = await startConsumerApp(queues, {}, { work });
  const id = randomUUID();
  await records.failRun({ id, error: 'once' });
  const file = openStoreFile(resultsPath);
  file.exec('PRAGMA ignore_check_constraints = ON');
  const setState = file.prepare('UPDATE record SET state = ? WHERE id = ?');
  setState.run('torn', id);
  const paused: string[] = [];
  const watching = setInterval(() => paused.push(...transport.status().pauses), 20);
  const send = async (job: string): Promise<string> =>
    broker().send(queues.queueUrl, JSON.stringify({ id: job, input: 1 }));
  await send(id);
  await eventually(() => runs.includes(id));
  const others = Array.from({ length: 20 }, () => randomUUID());
  await Promise.all(others.map(send));
  await eventually(async () => (await records.getMany(others)).every(({ state }) => state === 'done'));
  // Long enough for the waiting job to try again.
  await wait(2_000);
  clearInterval(watching);
  expect(paused).toEqual([]);
  expect((await broker().depth(queues.queueUrl)).inFlight).toBe(1);
  setState.run('failing', id);
  await eventually(async () => (await records.get(id))?.state === 'done', { withinMs: 15_000 });
  expect(runs.filter((run) => run === id)).toEqual([id]);
  file.close();
});
