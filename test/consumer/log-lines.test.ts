import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { type App, endApps, runApp } from '../harness/processes';

const broker = withBroker();
const folder = join(tmpdir(), `plusone-log-lines-${process.pid}`);
afterAll(async () => {
  await endApps();
  await rm(folder, { recursive: true });
});

/** Every line of the log, parsed; fails for one that is not JSON. */
const logged = (app: App): Record<string, unknown>[] =>
  app.lines.map((line) => JSON.parse(line) as Record<string, unknown>);

it('writes a failed run and a dead letter as a line of JSON each, with fields, and no payload', async () => {
  const { env, queueUrl } = await broker().createQueues();
  const app = runApp('dist/consumer/main.js', {
    env: {
      ...env,
      CONSUMER_PORT: String(await freePort()),
      RESULTS: `sqlite:${folder}/r.db`,
      WORK_SECONDS: '600',
      HANDLER_TIMEOUT_SECONDS: '1',
    },
  });
  const jobId = randomUUID();
  await broker().send(queueUrl, JSON.stringify({ id: jobId, input: 41_111_111 }));
  const messageId = await broker().send(queueUrl, '{"card":"41111111\n"');
  await eventually(
    () => {
      const about = logged(app).filter(({ context }) => context === 'QueueConsumer');
      expect(about.filter(({ level }) => level === 'warn')[0]).toMatchObject({
        message: `Job ${jobId} (add-one), attempt 1 of 5 failed: The handler did not end within 1 s.`,
        jobId,
        type: 'add-one',
        attempt: 1,
        maxAttempts: 5,
        error: 'The handler did not end within 1 s.',
      });
      expect(about.filter(({ level }) => level === 'error')).toMatchObject([
        {
          message: `Job ${messageId} (add-one), dead letter (malformed): The body is not JSON.`,
          messageId,
          reason: 'malformed',
          attempts: 0,
          stack: expect.stringMatching(/^Rejection: The body is not JSON\.\n {4}at /),
        },
      ]);
    },
    { withinMs: 20_000 },
  );
  expect(app.lines.join('')).not.toContain('41111111');
});
