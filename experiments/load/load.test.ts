import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { processVariables } from '../../contract/environment';
import { createProvisionClient } from '../../ops/provision';
import { eventually } from '../../test/harness/eventually';
import { type App, endApps, isAlive, runApp } from '../../test/harness/processes';
import { freePort } from '../rig/proxy/free-port';
import { type Report } from './report';

/** Where k6 is missing, what needs it is skipped, and says so. */
const withK6 = spawnSync(processVariables['K6'] ?? 'k6', ['version']).status === 0 ? it : it.skip;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-load-test-'));
});

afterAll(async () => {
  await endApps();
  rmSync(folder, { recursive: true });
});

const page = (): string => join(folder, 'load.html');
const json = (): string => join(folder, 'load.json');

const runLoad = (args: readonly string[], env: Readonly<Record<string, string>> = {}): App =>
  runApp('dist/experiments/load/load.js', {
    args: [...args, '--out', page(), '--json', json()],
    // What a killed run leaves behind.
    env: { TMPDIR: folder, ...env },
  });

/** Every process below this one, their children too. */
function below(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = rows.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
  return [...children, ...children.flatMap(below)];
}

async function startPair(env: Readonly<Record<string, string>>) {
  const [port, consumerPort, brokerPort] = [await freePort(), await freePort(), await freePort()];
  const ports = { PORT: String(port), CONSUMER_PORT: String(consumerPort), BROKER_PORT: String(brokerPort) };
  const app = runApp('dist/ops/start.js', { env: { ...ports, ...env, AWS_ENDPOINT_URL_SQS: '' }, ipc: true });
  await app.line(/Plusone runs/, 30_000);
  return { app, url: `http://127.0.0.1:${port}`, broker: `http://127.0.0.1:${brokerPort}` };
}

withK6(
  'smoke: every accepted job is done, as a page and as JSON',
  async () => {
    const load = runLoad(['smoke']);
    expect(await load.exit(50_000)).toEqual({ code: 0, signal: null });
    const report = JSON.parse(readFileSync(json(), 'utf8')) as Report;
    expect(report).toMatchObject({ deadLetters: 0, failedShare: 0, refusedShare: 0, dropped: 0, faults: [] });
    expect(report.accepted).toBeGreaterThanOrEqual(200);
    expect(report.done).toBe(report.accepted);
    expect(report.thresholds.every(({ ok }) => ok)).toBe(true);
    expect(readFileSync(page(), 'utf8')).toMatch(/^<!doctype html>/);
  },
  60_000,
);

withK6(
  'fails when accepted jobs are lost: a purge of the queue',
  async () => {
    const dataDir = join(folder, 'lossy');
    const { app, url, broker } = await startPair({
      DATA_DIR: dataDir,
      RESULTS: `sqlite:${join(dataDir, 'results.db')}`,
      // A backlog of nearly all jobs.
      WORK_SECONDS: '2',
      CONCURRENCY: '1',
    });
    const load = runLoad(['smoke', '--url', url, '--patience', '5']);
    await load.line(/jobs accepted/, 40_000);
    const client = createProvisionClient('us-east-1', broker);
    await client.send(new PurgeQueueCommand({ QueueUrl: `${broker}/000000000000/jobs` }));
    client.destroy();
    expect(await load.exit(40_000)).toEqual({ code: 1, signal: null });
    expect(load.lines).toContainEqual(
      expect.stringMatching(/NOT AS EXPECTED: \d+ accepted jobs not done, such as [\da-f-]{36} \(pending\)/),
    );
    expect(JSON.parse(readFileSync(json(), 'utf8')).faults).toHaveLength(1);
    await app.stop('SIGTERM', 40_000);
  },
  120_000,
);

withK6(
  'a threshold that does not hold is an exit code',
  async () => {
    const load = runLoad(['smoke', '--p99', '1', '--peak', '5']);
    expect(await load.exit(50_000)).toEqual({ code: 1, signal: null });
    expect(load.lines).toContain('NOT AS EXPECTED: The threshold http_req_duration: p(99)<1 did not hold.');
  },
  60_000,
);

withK6.each([
  ['SIGINT', { code: 130, signal: null }],
  ['SIGKILL', { code: null, signal: 'SIGKILL' }],
] as const)(
  'ends with all its processes on %s',
  async (signal, exit) => {
    rmSync(json(), { force: true });
    const load = runLoad(['smoke']);
    await load.line(/requests answered/, 40_000);
    const children = below(load.pid);
    // The pair: start, broker, producer, consumer; and k6.
    expect(children).toHaveLength(5);
    load.signal(signal);
    expect(await load.exit(40_000)).toEqual(exit);
    await eventually(() => !children.some(isAlive));
    expect(existsSync(json())).toBe(false);
  },
  90_000,
);

it.each([
  [['soak'], /^command-argument value 'soak' is invalid for argument 'profile'\. Allowed choices are smoke, load, /],
  [['smoke', '--url', 'https://example.com'], /'https:\/\/example\.com' is invalid\. Load goes to this machine only/],
])('refuses %j in one sentence', async (args, sentence) => {
  const load = runLoad(args);
  expect(await load.exit()).toEqual({ code: 1, signal: null });
  expect(load.lines).toEqual([expect.stringMatching(sentence)]);
});

it('says how to get k6 when it is missing, and starts nothing', async () => {
  const load = runLoad(['smoke'], { K6: join(folder, 'nowhere') });
  expect(await load.exit()).toEqual({ code: 1, signal: null });
  expect(load.lines).toEqual([expect.stringMatching(/which does not run as k6\. To get it: /)]);
});

withK6('says so when nothing listens at --url', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const load = runLoad(['smoke', '--url', url]);
  expect(await load.exit()).toEqual({ code: 1, signal: null });
  expect(load.lines).toEqual([expect.stringMatching(/^No producer is ready at .*; start one with npm start/)]);
});
