import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../contract/environment';
import { createProducer } from '../../producer/app';
import { EffectRefused } from '../../results/errors';
import { newJobId } from '../../results/job-id';
import { reject, Rejection } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { TEST_JOB, type TestRun } from '../harness/jobs';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { SILENT } from '../harness/log';

const SECRET = 'postgres://app:s3cret@10.0.3.7:5432/ledger';

const broker = withBroker();
let queues: TestQueues;
const producers: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  queues = await broker().createQueues();
});
afterEach(async () => {
  for (const producer of producers.splice(0)) await producer.close();
  await stopConsumerApps();
});

/** What a caller is answered, by a producer on the consumer's store. */
async function answers(results: string, SHOW_ERRORS = 'false'): Promise<(id: string) => Promise<unknown>> {
  const app = await createProducer(readEnvironment({ ...queues.env, RESULTS: results, SHOW_ERRORS }), SILENT, [
    TEST_JOB,
  ]);
  producers.push(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (id) => (await fetch(`${url}/results/${id}`)).json();
}

/** The answer once the job has one with an error in it, and all that is recorded of the error. */
async function failure(work: TestRun): Promise<{ answer: unknown; shown: unknown; recorded: string | undefined }> {
  const consumer = await startConsumerApp(queues, {}, { work });
  const results = `sqlite:${consumer.resultsPath}`;
  const [answer, shown] = [await answers(results), await answers(results, 'true')];
  const id = newJobId();
  await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }));
  const record = await eventually(async () => {
    const found = await consumer.records.get(id);
    return found?.lastError === undefined ? false : found;
  });
  return { answer: await answer(id), shown: await shown(id), recorded: record.lastError };
}

it.each<[string, TestRun, string, string]>([
  [
    'an error',
    () => {
      throw new TypeError(SECRET, { cause: new Error('ledger') });
    },
    'TypeError',
    `TypeError: ${SECRET}, caused by Error: ledger`,
  ],
  [
    'an effect that was refused',
    () => {
      throw new EffectRefused('no such table: UPDATE account');
    },
    'EffectRefused',
    'EffectRefused: no such table: UPDATE account',
  ],
  ['a text', () => Promise.reject(`Password: ${SECRET}` as unknown), 'Error', `Password: ${SECRET}`],
])('of %s that work threw a caller sees the class, unless errors are shown', async (...[, work, seen, all]) => {
  const { answer, shown, recorded } = await failure(work);
  expect(recorded).toBe(all);
  expect(answer).toMatchObject({ status: 'pending', attempts: 1, error: seen });
  expect(shown).toMatchObject({ status: 'pending', attempts: 1, error: all });
});

it('of a rejection a caller sees the text, which its author wrote for others, and not its cause', async () => {
  const { answer, shown } = await failure(() => {
    throw new Rejection('closed', 'The account is closed.', { cause: new Error(SECRET) });
  });
  expect(answer).toMatchObject({ status: 'failed', reason: 'closed', error: 'The account is closed.' });
  const all = `The account is closed. Caused by Error: ${SECRET}`;
  expect(shown).toMatchObject({ status: 'failed', reason: 'closed', error: all });
});

it('of a record that the store refuses a caller sees the class', async () => {
  const { answer, shown } = await failure(() => ({ result: 1, writes: [{ sql: 'DROP TABLE s3cret' }] }));
  expect(answer).toMatchObject({ status: 'failed', reason: 'refused', error: 'RecordRefused' });
  expect(shown).toMatchObject({ error: expect.stringContaining('not: DROP TABLE s3cret') });
});

it.each<[string, unknown, string]>([
  ['nothing', undefined, 'The work returned nothing; it has to return its effect, such as { result: 2 }'],
  ['null', null, 'The work returned null; it has to return its effect, such as { result: 2 }'],
  ['a number', 2, 'The work returned a number; it has to return its effect, such as { result: 2 }'],
  [
    'an outcome',
    reject('no', 'no'),
    'The result of the work is not valid: /result must be a finite number; correct the work',
  ],
])('says what to do with work that returns %s, at its first run', async (_case, returned, sentence) => {
  let runs = 0;
  const work = (): never => {
    runs += 1;
    return returned as never;
  };
  await startConsumerApp(queues, {}, { work });
  await broker().send(queues.queueUrl, JSON.stringify({ id: randomUUID(), input: 1 }));
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'refused', error: `RecordRefused: ${sentence}`, attempts: 0 });
  expect(runs).toBe(1);
});
