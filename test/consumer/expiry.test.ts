import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DELIVERY } from '../../contract/delivery';
import { SqliteRecords } from '../../results/sqlite';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-expiry-'));
  path = join(folder, 'results.db');
});
afterEach(async () => {
  await stopConsumerApps();
  await rm(folder, { recursive: true });
});

/** Ids of as many jobs that were done `ageSeconds` ago. */
async function store(count: number, ageSeconds: number): Promise<string[]> {
  const records = await SqliteRecords.open(path);
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(ids.map((id) => records.once({ id, type: 'add-one', input: 1 }, { result: 2 })));
  await records.close();
  const database = new DatabaseSync(path);
  const set = database.prepare('UPDATE record SET updated_at = ? WHERE id = ?');
  database.exec('BEGIN');
  for (const id of ids) set.run(Date.now() - ageSeconds * 1_000, id);
  database.exec('COMMIT');
  database.close();
  return ids;
}

test('expired records go at the start, more than one transaction of them; the others stay', async () => {
  const expired = await store(1_200, DELIVERY.recordRetentionSeconds + 60);
  const kept = await store(10, DELIVERY.recordRetentionSeconds - 3_600);
  const { records } = await startConsumerApp(await broker().createQueues(), { RESULTS: `sqlite:${path}` });
  await eventually(async () => (await records.getMany(expired)).length === 0);
  expect(await records.getMany(kept)).toHaveLength(10);
});

test('a consumer that stops at once says nothing of it', async () => {
  const expired = await store(3_000, DELIVERY.recordRetentionSeconds + 60);
  const told: unknown[] = [];
  const tell = (message: unknown): number => told.push(message);
  const logger = { log: () => undefined, warn: tell, error: tell };
  await startConsumerApp(await broker().createQueues(), { RESULTS: `sqlite:${path}` }, { logger });
  await stopConsumerApps();
  expect(told).toEqual([]);
  const records = await SqliteRecords.open(path);
  expect((await records.getMany(expired)).length).toBeLessThan(3_000);
  await records.close();
});
