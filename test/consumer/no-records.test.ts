import { randomUUID } from 'node:crypto';
import { onceElsewhere } from '../../results/elsewhere';
import { withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { type TestRun } from '../harness/jobs';
import { Log } from '../harness/log';
import { sideBySide } from '../harness/side-by-side';

const broker = withBroker();
const { it, own } = sideBySide({
  open: async () => ({ queues: await broker().createQueues(), runs: 0 }),
  close: stopConsumerApps,
});

function start(work: TestRun, logger = new Log()): Promise<ConsumerApp> {
  const test = own();
  const counted: TestRun = (job, context) => {
    test.runs += 1;
    return work(job, context);
  };
  return startConsumerApp(test.queues, { RESULTS: 'none' }, { work: counted, logger });
}

const send = async (id: string = randomUUID()): Promise<string> => {
  await broker().send(own().queues.queueUrl, JSON.stringify({ id, input: 1 }));
  return id;
};
const empty = (): Promise<true> => eventually(() => broker().isEmpty(own().queues.queueUrl));

it('without records a job is run and forgotten: sent twice, it is run twice', async () => {
  const { records, url } = await start(({ input }) => ({ result: input + 1 }));
  const id = await send();
  await eventually(() => own().runs === 1);
  await empty();
  await send(id);
  await eventually(() => own().runs === 2);
  expect(await records.get(id)).toBeUndefined();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});

it('a job that fails is tried again, counted in the process, and dead-lettered under its id', async () => {
  const log = new Log();
  await start(() => {
    throw new Error('not today');
  }, log);
  const id = await send();
  const [letter] = await deadLetters(broker(), own().queues.deadLetterQueueUrl, { withinMs: 60_000 });
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'attempts', attempts: 5, jobId: id });
  expect(own().runs).toBe(5);
  expect(log.matching(new RegExp(`Job ${id} \\(add-one\\), attempt 5 of 5 failed`))).toHaveLength(1);
}, 90_000);

it.each<[string, TestRun]>([
  ['writes', () => ({ result: 1, writes: [{ sql: "INSERT INTO account VALUES ('eve', 1)" }] })],
  [
    'an effect elsewhere',
    (job, { records, signal }) =>
      onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, () => Promise.resolve({ result: 1 })),
  ],
])('work with %s is refused at once, in a sentence that says why', async (_what, work) => {
  await start(work);
  await send();
  const [letter] = await deadLetters(broker(), own().queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'refused', attempts: 0 });
  expect(whyOf(letter ?? {}).error).toContain('RESULTS is none');
  expect(own().runs).toBe(1);
});

it('a result is held against its class as well', async () => {
  await start(() => ({ result: NaN }));
  await send();
  const [letter] = await deadLetters(broker(), own().queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {}).error).toContain('/result must be a finite number');
});
