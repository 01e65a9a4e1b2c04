import { requestReader } from '../../producer/job-request';
import { Lines } from '../../producer/lines';
import { withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { TEST_JOB } from '../harness/jobs';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { answersOf, idsOf, postLines, readAnswers, toLines } from './lines-of';
import { startProducer } from './test-producer';

const broker = withBroker();

/** A group's next is handed out only once the last is deleted. */
async function inputsOnFifo(queueUrl: string): Promise<number[]> {
  const inputs: number[] = [];
  for (;;) {
    const some = await broker().receive(queueUrl);
    if (some.length === 0) return inputs;
    inputs.push(...some.map(({ Body = '' }) => (JSON.parse(Body) as { input: number }).input));
    await broker().delete(queueUrl, some);
  }
}

const IN_TURNS = Array.from({ length: 60 }, (_, input) => ({ input, group: `g${input % 3}` }));
const BY_GROUP = IN_TURNS.toSorted((a, b) => a.group.localeCompare(b.group));

test.each([
  ['in turns', IN_TURNS],
  ['group by group', BY_GROUP],
])('on a FIFO queue the lines of a group are queued in their order: %s', async (_, lines) => {
  const producer = await startProducer(broker(), { fifo: true });
  const ids = idsOf(await answersOf(await postLines(producer, toLines(lines))));
  expect(ids).toHaveLength(60);
  const inputs = await inputsOnFifo(producer.queues.queueUrl);
  for (const group of [0, 1, 2]) {
    const ofGroup = inputs.filter((input) => input % 3 === group);
    expect(ofGroup).toEqual(ofGroup.toSorted((a, b) => a - b));
    expect(ofGroup).toHaveLength(20);
  }
  await producer.close();
});

test('a line that was not taken keeps back those behind it in its group, and no others', async () => {
  const proxy = await startFaultProxy(broker().endpoint);
  const producer = await startProducer(broker(), { fifo: true, endpoint: proxy.endpoint });
  proxy.rule('SendMessageBatch', () => ({ failEntries: ({ MessageBody = '' }) => MessageBody.includes('"input":1}') }));
  const lines = [
    { input: 0, group: 'a' },
    { input: 1, group: 'a' },
    { input: 2, group: 'a' },
    { input: 3, group: 'b' },
    { input: 4 },
    { input: 5, group: 'a' },
  ];
  const answers = await answersOf(await postLines(producer, toLines(lines)));
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 503, 503, 'accepted', 'accepted', 503]);
  expect(answers[2]?.detail).toContain('group');
  expect((await producer.queuedIds(broker())).sort()).toEqual(idsOf(answers).sort());
  await producer.close();
  await proxy.close();
});

test('lines that wait for their group leave the places to others', async () => {
  const latch = new Latch();
  const proxy = await startFaultProxy(broker().endpoint);
  const producer = await startProducer(broker(), { fifo: true, endpoint: proxy.endpoint });
  const asked: string[] = [];
  proxy.rule('SendMessageBatch', ({ entries }) => {
    const bodies = entries.map(({ MessageBody = '' }) => MessageBody);
    asked.push(...bodies);
    if (bodies.some((body) => body.includes('"input":1}'))) return { failEntries: () => true };
    return { answer: (forward) => latch.opened.then(forward) };
  });
  // More than there are places.
  const waiting = Array.from({ length: 300 }, (_, input) => ({ input, group: 'a' }));
  const answering = postLines(producer, toLines([...waiting, { input: 300, group: 'b' }])).then(answersOf);
  await eventually(() => asked.some((body) => body.includes('"input":300}')));
  expect(asked.filter((body) => !/"input":(0|300)\}/.test(body))).toEqual([]);
  latch.open();
  const statuses = (await answering).map(({ status }) => status);
  expect(statuses).toEqual(['accepted', ...waiting.slice(1).map(() => 503), 'accepted']);
  await producer.close();
  await proxy.close();
});

test('a line that is refused for good keeps nobody back', async () => {
  const producer = await startProducer(broker(), { fifo: true });
  const lines = [
    { input: 0, group: 'a', idempotencyKey: 'k' },
    { input: 1, group: 'a', idempotencyKey: 'k' },
    { input: 2, group: 'a', delaySeconds: 5 },
    { input: 3, group: 'a' },
  ];
  const answers = await answersOf(await postLines(producer, toLines(lines)));
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 422, 400, 'accepted']);
  await producer.close();
});

test('each line counts towards the rate of its caller, the first as the request', async () => {
  const producer = await startProducer(broker(), { environment: { rateLimitPerSecond: 5 } });
  const answers = await answersOf(await postLines(producer, toLines(Array.from({ length: 50 }, () => ({ input: 1 })))));
  const accepted = idsOf(answers).length;
  // Up to nine where a second ended meanwhile.
  expect(accepted).toBeGreaterThanOrEqual(5);
  expect(accepted).toBeLessThan(10);
  expect(answers.slice(accepted).map(({ status }) => status)).toEqual(Array.from({ length: 50 - accepted }, () => 429));
  expect(await producer.queuedIds(broker())).toHaveLength(accepted);
  await producer.close();
});

test('behind the first line over the rate none is taken, though a second ends meanwhile', async () => {
  const producer = await startProducer(broker());
  let calls = 0;
  const request = {
    definition: TEST_JOB,
    reader: requestReader(TEST_JOB),
    lines: new Lines(Buffer.from('{"input":1}\n'.repeat(6) + 'nope')),
    caller: 'anonymous',
    allows: (): boolean => (calls += 1) !== 3,
    cut: new AbortController().signal,
  };
  let said = '';
  for await (const text of producer.bulk.take(request)) said += text;
  const answers = readAnswers(said);
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted', 429, 429, 429, 429]);
  expect(await producer.queuedIds(broker())).toHaveLength(3);
  await producer.close();
});
