import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type App, endApps, runApp } from '../harness/processes';
import { sideBySide } from '../harness/side-by-side';

// Programs start at the same time, some after one another.
jest.setTimeout(60_000);

const broker = withBroker();
const { it } = sideBySide({ open: () => Promise.resolve({}), close: endApps });

/** As `head` does when it has seen enough. */
const closeReaders = ({ child }: App): void => {
  child.stdout?.destroy();
  child.stderr?.destroy();
};

const JOBS = 5;

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'a consumer whose output nobody reads any more finishes its jobs on %s, and ends with 0',
  async (signal) => {
    const port = await freePort();
    const { env, queueUrl } = await broker().createQueues();
    const app = runApp('dist/consumer/main.js', {
      env: {
        ...env,
        CONSUMER_PORT: String(port),
        RESULTS: `sqlite:/tmp/plusone-test-${port}/results.db`,
        WORK_SECONDS: '3',
      },
    });
    await app.line(/Listening/, 20_000);
    for (let input = 0; input < JOBS; input++) await broker().send(queueUrl, JSON.stringify({ input }));
    await eventually(async () => {
      const { inFlight } = (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as {
        inFlight?: number;
      };
      return inFlight === JOBS;
    });
    closeReaders(app);
    expect(await app.stop(signal, 20_000)).toEqual({ code: 0, signal: null });
    expect(await broker().isEmpty(queueUrl)).toBe(true);
  },
);

it('a producer whose output nobody reads any more goes on answering while its queue errs', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { env } = await broker().createQueues();
  const app = runApp('dist/producer/main.js', {
    env: {
      ...env,
      PORT: String(port),
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9',
      RESULTS: `sqlite:/tmp/plusone-test-${port}/results.db`,
    },
  });
  await app.line(/Listening/, 20_000);
  closeReaders(app);
  const statuses: number[] = [];
  for (let request = 0; request < 3; request++) {
    const headers = { 'content-type': 'application/json' };
    statuses.push((await fetch(`${url}/produce`, { method: 'POST', headers, body: '{"input":1}' })).status);
  }
  expect(statuses).toEqual([503, 503, 503]);
  expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});
