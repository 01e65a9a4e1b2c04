import { randomUUID } from 'node:crypto';
import { type JobType } from '../../contract/job-type';
import { ADD_ONE } from '../../jobs/add-one/definition';
import { type JobWork, workBy } from '../../jobs/work';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { anyJob, type PolicyParts } from '../harness/jobs';
import { Log } from '../harness/log';
import { sideBySide } from '../harness/side-by-side';

jest.setTimeout(60_000);

const typeOf = (type: string, policy: PolicyParts): JobType => anyJob(type, { policy });

const broker = withBroker();
const { it, own: queues } = sideBySide({ open: () => broker().createQueues(), close: stopConsumerApps });

const send = async (type: string): Promise<string> => {
  const id = randomUUID();
  const MessageAttributes = { type: { DataType: 'String', StringValue: type } };
  await broker().send(queues().queueUrl, JSON.stringify({ id, input: 1 }), { MessageAttributes });
  return id;
};

/** Work that lasts until it is told to stop, and says by what. */
const endless = (definition: JobType, stopped: unknown[]): JobWork =>
  workBy(
    definition,
    (_job, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped.push(signal.reason);
          reject(new Error('told to stop'));
        });
      }),
  );

it('a type has the attempts and the backoff of its own policy, beside one that says nothing', async () => {
  const log = new Log();
  const attempts: number[] = [];
  const flaky = workBy(typeOf('flaky', { maxAttempts: 2, backoff: { maxSeconds: 1, firstSeconds: 1 } }), (job) => {
    attempts.push(job.attempt);
    throw new Error('never');
  });
  const addOne = workBy(ADD_ONE, ({ attempt, input }) => {
    if (attempt === 1) throw new Error('once');
    return { result: input + attempt };
  });
  const { records } = await startConsumerApp(queues(), {}, { works: [flaky, addOne], logger: log });
  const [failing, adding] = [await send('flaky'), await send('add-one')];
  const [letter] = await deadLetters(broker(), queues().deadLetterQueueUrl, { withinMs: 20_000 });
  expect(whyOf(letter ?? {})).toMatchObject({ jobId: failing, reason: 'attempts', attempts: 2 });
  expect(attempts).toEqual([1, 2]);
  expect(await records.get(failing)).toMatchObject({ state: 'failed', type: 'flaky', reason: 'attempts', attempts: 2 });
  await eventually(async () => {
    expect(await records.get(adding)).toMatchObject({ state: 'done', result: 3 });
  });
  for (const sentence of [
    `warn Job ${failing} (flaky), attempt 1 of 2 failed`,
    `warn Job ${failing} (flaky), attempt 2 of 2 failed`,
    `error Job ${failing} (flaky), dead letter (attempts)`,
    `warn Job ${adding} (add-one), attempt 1 of 5 failed`,
  ])
    expect(log.lines.filter((line) => line.startsWith(sentence))).toHaveLength(1);
});

it('a type is stopped by its own timeout, shorter or longer than HANDLER_TIMEOUT_SECONDS', async () => {
  const [short, long]: [unknown[], unknown[]] = [[], []];
  const once = { maxAttempts: 1 };
  const works = [
    endless(typeOf('short', { ...once, timeoutSeconds: 0.5 }), short),
    endless(typeOf('long', { ...once, timeoutSeconds: 4 }), long),
    endless(typeOf('plain', once), []),
  ];
  const log = new Log();
  await startConsumerApp(queues(), { HANDLER_TIMEOUT_SECONDS: '2' }, { works, logger: log });
  for (const type of ['short', 'long', 'plain']) await send(type);
  await deadLetters(broker(), queues().deadLetterQueueUrl, { count: 3, withinMs: 30_000 });
  expect([short, long]).toMatchObject([[{ name: 'HandlerTimeout' }], [{ name: 'HandlerTimeout' }]]);
  const said = log.matching(/attempt 1 of 1 failed/).map((line) => /\((\w+)\).*within ([\d.]+) s/.exec(line)?.slice(1));
  expect(said).toEqual([
    ['short', '0.5'],
    ['plain', '2'],
    ['long', '4'],
  ]);
});

it('a process is hung once its handlers have had the time of their own policy twice, not sooner', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const stubborn = workBy(typeOf('stubborn', { maxAttempts: 1, timeoutSeconds: 3 }), async () => {
    await released;
    return { result: 1 };
  });
  const variables = { CONCURRENCY: '1', HANDLER_TIMEOUT_SECONDS: '1' };
  const { transport } = await startConsumerApp(queues(), variables, { works: [stubborn] });
  await send('stubborn');
  // The time that the policy of others would leave is over.
  const status = await eventually(() => {
    const now = transport.status();
    return now.stuckMs > 1_200 && now;
  });
  expect(status.hung).toBe(status.stuckMs > 3_000);
  await eventually(() => transport.status().hung);
  release();
  await eventually(() => transport.unreturned === 0);
});
