import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../experiments/rig/proxy/free-port';
import { endApps, runApp } from '../test/harness/processes';

jest.setTimeout(90_000);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'start-test-'));
});
afterEach(async () => {
  await endApps();
  await rm(dataDir, { recursive: true, force: true });
});

const post = (url: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });

it('npm start shows why a run failed, and why there is a dead letter', async () => {
  const [PORT, CONSUMER_PORT, BROKER_PORT] = [await freePort(), await freePort(), await freePort()].map(String);
  const env = {
    DATA_DIR: dataDir,
    PORT,
    CONSUMER_PORT,
    BROKER_PORT,
    AWS_ENDPOINT_URL_SQS: undefined,
    WORK_SECONDS: '600',
    HANDLER_TIMEOUT_SECONDS: '1',
  };
  const app = runApp('dist/ops/start.js', { env, ownGroup: true });
  await app.line(/^Plusone runs\.$/, 20_000);
  const url = `http://127.0.0.1:${String(PORT)}`;
  const produced = await post(`${url}/produce`, { input: 1 }, { 'content-type': 'application/json' });
  const { id } = (await produced.json()) as { readonly id: string };
  await app.line(
    new RegExp(`Job ${id} \\(add-one\\), attempt 1 of 5 failed: The handler did not end within 1 s`),
    20_000,
  );
  const broker = `http://127.0.0.1:${String(BROKER_PORT)}`;
  const message = { QueueUrl: `${broker}/000000000000/jobs`, MessageBody: 'not JSON' };
  const asSqs = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
  expect((await post(broker, message, asSqs)).status).toBe(200);
  await app.line(/dead letter \(malformed\): The body is not JSON/, 20_000);
  await app.stop('SIGTERM', 40_000);
});
