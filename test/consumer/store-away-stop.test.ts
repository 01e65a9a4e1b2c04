import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELIVERY } from '../../contract/delivery';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { endApps, runApp, type App } from '../harness/processes';
import { openStoreFile } from '../harness/store-file';

const broker = withBroker();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-'));
});
afterEach(async () => {
  await endApps();
  await rm(folder, { recursive: true });
});

it('drains within its time with 0 while the store is unavailable, and the jobs come again to the next', async () => {
  const { env, queueUrl, deadLetterQueueUrl } = await broker().createQueues();
  const path = join(folder, 'results.db');
  const start = async (): Promise<App> => {
    const CONSUMER_PORT = String(await freePort());
    const app = runApp('dist/consumer/main.js', { env: { ...env, CONSUMER_PORT, RESULTS: `sqlite:${path}` } });
    await app.line(/Listening/, 20_000);
    return app;
  };
  const first = await start();
  const other = openStoreFile(path);
  other.exec('BEGIN EXCLUSIVE');
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  await Promise.all(ids.map((id) => broker().send(queueUrl, JSON.stringify({ id, input: 1 }))));
  await first.line(/No jobs are taken in until the results store is back/, 20_000);
  expect(await first.stop('SIGTERM', (DELIVERY.drainSeconds + 5) * 1_000)).toEqual({ code: 0, signal: null });
  // Given back, not left to their leases of 30 s.
  await eventually(async () => (await broker().depth(queueUrl)).visible === ids.length, { withinMs: 3_000 });
  other.exec('ROLLBACK');
  await start();
  await eventually(() => broker().isEmpty(queueUrl), { withinMs: 20_000 });
  const rows = other.prepare('SELECT state, attempts, result FROM record').all();
  expect(rows.map((row) => ({ ...row }))).toEqual(ids.map(() => ({ state: 'done', attempts: 0, result: 2 })));
  other.close();
  expect((await broker().depth(deadLetterQueueUrl)).visible).toBe(0);
}, 90_000);
