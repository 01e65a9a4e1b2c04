import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { cutOf } from '../../producer/answered';
import { type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { answersOf, idsOf, LINES_TYPE, postLines, toLines } from './lines-of';
import { expectProblemResponse } from './problem-response';
import { openRaw } from './raw';
import { withProducerBehindProxy } from './test-producer';

const broker = withBroker();
const behind = withProducerBehindProxy(broker);

const queued = (): Promise<string[]> => behind.producer.queuedIds(broker());
const jobs = (count: number): object[] => Array.from({ length: count }, (_, input) => ({ input }));
const keyed = (count: number): object[] => jobs(count).map((job, at) => ({ ...job, idempotencyKey: `k${at}` }));

/** Lets that many batches through to the queue. The ones after it have the verdict. */
function after(batches: number, verdict: Parameters<FaultProxy['rule']>[1]): void {
  let count = 0;
  behind.proxy.rule('SendMessageBatch', (call) => {
    count += 1;
    if (count <= batches) return 'pass';
    return typeof verdict === 'function' ? verdict(call) : verdict;
  });
}

test('lines share calls to the queue: ten in each', async () => {
  await answersOf(await postLines(behind.producer, toLines(jobs(1_000))));
  // On a busy machine a few leave before they are full.
  expect(behind.proxy.count('SendMessageBatch')).toBeLessThan(120);
});

test('the queue is unavailable in the middle: 503 for the lines it did not take, and the same again takes the rest', async () => {
  after(5, 'unavailable');
  const body = toLines(keyed(150));
  const answers = await answersOf(await postLines(behind.producer, body));
  expect(await broker().isEmpty(behind.producer.queues.queueUrl)).toBe(false);
  const refused = answers.filter(({ status }) => status !== 'accepted');
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  for (const { line = 0 } of refused) expect(answers[line - 1]).toMatchObject({ line });
  behind.proxy.clear();
  const again = idsOf(await answersOf(await postLines(behind.producer, body)));
  expect(new Set(again).size).toBe(150);
  expect((await queued()).sort()).toEqual([...again].sort());
});

test('the queue does not answer: every line says so within 10 s', async () => {
  behind.proxy.rule('SendMessageBatch', 'blackhole');
  const start = performance.now();
  const answers = await answersOf(await postLines(behind.producer, toLines(jobs(1_000))));
  expect(performance.now() - start).toBeLessThan(12_000);
  expect(answers.map(({ status, line }) => [status, line])).toEqual(jobs(1_000).map((_, at) => [503, at + 1]));
});

test('what is decided is said, before the rest is', async () => {
  const latch = new Latch();
  after(2, () => ({ answer: (forward) => latch.opened.then(forward) }));
  const response = await postLines(behind.producer, toLines(jobs(100)));
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (text.split('\n').length <= 20) text += (await reader.read()).value ?? '';
  expect(text.split('\n')).toHaveLength(21);
  latch.open();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value;
  expect(text.match(/"accepted"/g)).toHaveLength(100);
});

test('a connection cut while it is answered: what was accepted is logged, and with keys the same again does nothing twice', async () => {
  const latch = new Latch();
  after(3, () => ({ answer: (forward) => latch.opened.then(forward) }));
  const body = toLines(keyed(200));
  const client = await openRaw(behind.producer.port);
  client.send(
    `POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${LINES_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await eventually(() => client.received.includes('"accepted"'));
  client.reset();
  await eventually(async () => (await behind.producer.get('/health/live')).ok);
  latch.open();
  const told = await eventually(
    () => behind.producer.warnings.map(String).find((line) => line.includes('200 lines')) ?? false,
  );
  const accepted = await queued();
  const ranges = [...told.matchAll(/(\d+)-(\d+)(?=[,.])/g)];
  expect(ranges.reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0)).toBe(accepted.length);
  behind.proxy.clear();
  const ids = idsOf(await answersOf(await postLines(behind.producer, body)));
  expect(new Set(ids).size).toBe(200);
  expect([...accepted, ...(await queued())].sort()).toEqual([...ids].sort());
});

test('keys: the same lines again have the same ids and are not queued again; another body is 422 for its line', async () => {
  const [first] = await answersOf(await postLines(behind.producer, toLines(keyed(1))));
  const lines = [{ input: 7, idempotencyKey: 'k0' }, ...keyed(1), ...keyed(1), { input: 1, idempotencyKey: 'other' }];
  const answers = await answersOf(await postLines(behind.producer, toLines(lines)));
  expect(answers.map(({ status }) => status)).toEqual([422, 'accepted', 'accepted', 'accepted']);
  expect([answers[1]?.id, answers[2]?.id]).toEqual([first?.id, first?.id]);
  const single = await behind.producer.post('/produce', '{"input":0}', { 'idempotency-key': 'k0' });
  expect(await single.json()).toEqual(first);
  expect((await queued()).sort()).toEqual([first?.id, answers[3]?.id].sort());
});

test('more than 200 lines with a key: all from the 201st on are refused alike, with a key or not', async () => {
  const lines = [{ input: 1 }, ...keyed(202), { input: 1 }, { input: 'x' }];
  const answers = await answersOf(await postLines(behind.producer, toLines(lines)));
  const refused = answers.filter(({ status }) => status !== 'accepted');
  expect(refused.map(({ line }) => line)).toEqual([202, 203, 204, 205]);
  for (const { status, detail } of refused) expect([status, detail]).toEqual([400, refused[0]?.detail]);
  expect(refused[0]?.detail).toContain('those behind it in another');
  expect(await queued()).toHaveLength(201);
});

test('an answer is cut if its connection ends, or has ended before anybody asks', async () => {
  const cuts: AbortSignal[] = [];
  const server = createServer((_request, response) => {
    cuts.push(cutOf(response));
    response.once('close', () => cuts.push(cutOf(response)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await openRaw((server.address() as AddressInfo).port);
  client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually(() => cuts.length === 1);
  expect(cuts[0]?.aborted).toBe(false);
  client.reset();
  await eventually(() => cuts.length === 2);
  expect(cuts.map(({ aborted }) => aborted)).toEqual([true, true]);
  server.close();
});

test('more requests in bulk at once than there is memory for: 503 with Retry-After, and places come back', async () => {
  const latch = new Latch();
  behind.proxy.rule('SendMessageBatch', () => ({ answer: (forward) => latch.opened.then(forward) }));
  const taken = Array.from({ length: 32 }, () => postLines(behind.producer, '{"input":1}\n{"input":2}'));
  const refused = await eventually(async () => {
    const response = await postLines(behind.producer, '\n');
    return response.status === 503 ? response : false;
  });
  expect(refused.headers.get('retry-after')).toBe('1');
  await expectProblemResponse(refused, 503);
  latch.open();
  for (const response of taken) expect(idsOf(await answersOf(await response))).toHaveLength(2);
  await eventually(async () => (await postLines(behind.producer, '{"input":1}')).status === 200);
});
