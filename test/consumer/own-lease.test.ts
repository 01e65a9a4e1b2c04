import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { endApps, runApp } from '../harness/processes';

const broker = withBroker();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-test-'));
});
afterEach(async () => {
  await endApps();
  await rm(folder, { recursive: true });
});

it('a consumer that is killed holds its jobs for its own lease, not for the ten minutes that a function may need', async () => {
  const { env, queueUrl } = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 600 } });
  const start = async (seconds: number): Promise<ReturnType<typeof runApp>> => {
    const own = {
      VISIBILITY_TIMEOUT_SECONDS: '2',
      WORK_SECONDS: String(seconds),
      CONSUMER_PORT: `${await freePort()}`,
    };
    return runApp('dist/consumer/main.js', { env: { ...env, ...own, RESULTS: `sqlite:${folder}/results.db` } });
  };
  const killed = await start(60);
  await killed.line(/Listening on/, 20_000);
  await broker().send(queueUrl, '{"input":1}');
  await eventually(async () => (await broker().depth(queueUrl)).visible === 0, { withinMs: 20_000 });
  await killed.stop('SIGKILL');
  await start(0);
  await eventually(() => broker().isEmpty(queueUrl), { withinMs: 25_000 });
});
