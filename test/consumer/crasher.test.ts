import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELIVERY } from '../../contract/delivery';
import { SqliteRecords } from '../../results/sqlite';
import { withBroker } from '../harness/broker';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { endApps, runApp } from '../harness/processes';

const broker = withBroker();
afterAll(endApps);

const NEIGHBOURS = 9;

/** Two receives that note no run, and one for each run that is noted. */
const MAX_DEATHS = 2 + DELIVERY.maxBegunRuns;

it('dead-letters a job that ends the process each time, and none of those that run beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plusone-crasher-'));
  const results = join(folder, 'results.db');
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 1 } });
  const { env, queueUrl, deadLetterQueueUrl } = queues;
  const isEmpty = (): Promise<boolean> => broker().isEmpty(queueUrl);
  const [crasher, ...neighbours] = Array.from({ length: NEIGHBOURS + 1 }, () => randomUUID());
  await broker().send(queueUrl, JSON.stringify({ id: crasher, input: -1 }));
  for (const id of neighbours) await broker().send(queueUrl, JSON.stringify({ id, input: 1 }));
  let deaths = 0;
  for (let over = false; !over; over = await isEmpty()) {
    const app = runApp('dist/test/consumer/crashing-consumer.js', { env: { ...env, RESULTS: `sqlite:${results}` } });
    await eventually(async () => !app.running || (await isEmpty()), { withinMs: 30_000 });
    if (app.running) await app.stop();
    else deaths += 1;
  }
  expect(deaths).toBeLessThanOrEqual(MAX_DEATHS);
  const letters = await deadLetters(broker(), deadLetterQueueUrl);
  expect(letters.map(whyOf)).toEqual([expect.objectContaining({ jobId: crasher, reason: 'unsettled' })]);
  const records = await SqliteRecords.open(results);
  const done = (await records.getMany(neighbours)).filter(({ state }) => state === 'done');
  await records.close();
  expect(done).toHaveLength(NEIGHBOURS);
  await rm(folder, { recursive: true });
}, 240_000);
