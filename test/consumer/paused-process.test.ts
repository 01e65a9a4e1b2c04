import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../contract/environment';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type Records } from '../../results/records';
import { openRecords } from '../../results/open';
import { type TestQueues, withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { runJobs } from '../harness/jobs-commands';
import { type App, runApp } from '../harness/processes';

const broker = withBroker();
let queues: TestQueues;
let folder: string;
let results: string;
let records: Records;
let url: string;
const consumers: App[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-'));
  results = `sqlite:${join(folder, 'results.db')}`;
  records = await openRecords({ ...readEnvironment(), results });
});
afterEach(async () => {
  for (const app of consumers.splice(0).filter(({ running }) => running)) await app.stop();
  await records.close();
  await rm(folder, { recursive: true });
});

const variables = (): Record<string, string> => ({ ...queues.env, RESULTS: results });

async function start(): Promise<App> {
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  const app = runApp('dist/consumer/main.js', { env: { ...variables(), CONSUMER_PORT: port } });
  consumers.push(app);
  await app.line(/Listening on/, 30_000);
  return app;
}

async function isPaused(): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`);
  return answer.status === 200 && 'paused' in ((await answer.json()) as object);
}

async function send(count: number, group?: string): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids)
    await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }), {
      ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: id }),
    });
  return ids;
}

it.each([
  ['standard', false],
  ['FIFO', true],
])(
  'a pause outlasts kill -9 and a restart, on a %s queue; then each job is done',
  async (_, fifo) => {
    queues = await broker().createQueues({ fifo });
    const first = await start();
    expect(await runJobs(['pause', '--why', 'the bank is closed'], variables())).toMatchObject({
      code: 0,
      lines: ['Paused: consumers that poll begin nothing after 5 s.'],
    });
    await eventually(isPaused);
    first.signal('SIGKILL');
    await first.exited;
    const ids = await send(12, fifo ? 'a' : undefined);
    const second = await start();
    await eventually(isPaused);
    await second.line(/Paused by .*: the bank is closed/);
    const { lines } = await runJobs(['status', '--json'], variables());
    const { queue, ...rest } = JSON.parse(lines[0] ?? '') as { queue: { visible: number; inFlight: number } };
    // On LocalStack and ElasticMQ the long poll of the one that was killed takes one, until its lease ends.
    expect(queue.visible + queue.inFlight).toBe(12);
    expect(rest).toMatchObject({
      paused: { who: expect.stringContaining('@') as string, why: 'the bank is closed' },
    });
    expect(await records.getMany(ids)).toEqual([]);
    expect(await runJobs(['resume'], variables())).toMatchObject({
      code: 0,
      lines: ['Resumed: consumers that poll take jobs in within 2 s.'],
    });
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 60_000 });
    const done = (await records.getMany(ids)).map(({ state, attempts }) => [state, attempts]);
    expect(done).toEqual(ids.map(() => ['done', 0]));
    await eventually(async () => !(await isPaused()));
  },
  120_000,
);

it('without a store a pause is refused in one sentence, since nobody could be told', async () => {
  queues = await broker().createQueues();
  const { code, lines } = await runJobs(['pause'], { ...variables(), RESULTS: 'none' });
  expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(/^RESULTS is none, so consumers that/)] });
  expect(await runJobs(['status'], { ...variables(), RESULTS: 'none' })).toMatchObject({ code: 0 });
});
