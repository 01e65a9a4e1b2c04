import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERY } from '../../contract/delivery';
import { keyedJobId, newJobId } from '../../results/job-id';
import { v4, v7 } from 'uuid';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { openRaw, type RawClient, sendRaw } from './raw';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblemResponse } from './problem-response';

const broker = withBroker();
let producer: TestProducer;

beforeAll(async () => {
  producer = await startProducer(broker());
});
afterAll(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

const result = (id: string, prefer?: string): Promise<Response> =>
  producer.get(`/results/${id}`, prefer === undefined ? {} : { prefer });

async function newJob(): Promise<string> {
  const response = await producer.post('/produce', '{"input":1}');
  expect(response.headers.get('location')).toMatch(/^\/results\/[0-9a-f-]{36}$/);
  return ((await response.json()) as { id: string }).id;
}

test('accepted: 202 pending with Retry-After, never cached', async () => {
  const id = await newJob();
  const response = await result(id);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ id, status: 'pending' });
  expect(response.headers.get('retry-after')).toBe('1');
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('claimed: 202 pending', async () => {
  const id = keyedJobId('anonymous', 'claimed');
  await producer.records.claim({ id, type: 'add-one', input: 1 });
  expect(await (await result(id)).json()).toEqual({ id, status: 'pending' });
});

test('failing: 202 pending with attempts and the class of the last error', async () => {
  const id = await newJob();
  await producer.records.failRun({ id: id, error: 'Error: away' });
  const response = await result(id);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ id, status: 'pending', attempts: 1, error: 'Error' });
});

test('done: 200 with input, result and time', async () => {
  const id = await newJob();
  await producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  const response = await result(id);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    id,
    type: 'add-one',
    status: 'done',
    input: 1,
    result: 2,
    completedAt: expect.any(String),
  });
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('failed: 200 with the reason and the class of the error', async () => {
  const id = await newJob();
  await producer.records.failJob({ id, reason: 'attempts', lastError: 'Error: away', attempts: 5 });
  const response = await result(id);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ id, type: 'add-one', status: 'failed', reason: 'attempts', error: 'Error' });
});

const DAY_MS = 24 * 60 * 60 * 1_000;

test.each([
  ['no UUID', 'abc'],
  ['a number', '1'],
  ['a UUID v4', v4()],
  ['nil', '00000000-0000-0000-0000-000000000000'],
  ['in braces', `{${newJobId()}}`],
  ['with a space', `%20${newJobId()}`],
  ['older than retention', v7({ msecs: Date.now() - DELIVERY.recordRetentionSeconds * 1_000 - DAY_MS })],
  ['of tomorrow', v7({ msecs: Date.now() + DAY_MS })],
  ['keyed and unknown', keyedJobId('anonymous', 'never sent')],
  ['SQL', "'%20OR%201=1--"],
  ['a path', '..%2f..%2fetc%2fpasswd'],
  ['a NUL', '%00'],
  ['very long', 'a'.repeat(5_000)],
])('an id that cannot be ours, %s: 404', async (_, id) => {
  await expectProblemResponse(await result(id), 404);
});

test.each([
  ['as issued', newJobId()],
  ['in capitals', newJobId().toUpperCase()],
])('an id of ours without a record, %s: pending', async (_, id) => {
  const response = await result(id);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ id: id.toLowerCase(), status: 'pending' });
});

const OLD = DELIVERY.recordRetentionSeconds * 1_000 + DAY_MS;

test.each([
  ['v4, as a MessageId', v4()],
  ['v7 older than retention', v7({ msecs: Date.now() - OLD })],
  ['v1', '2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d'],
  ['nil', '00000000-0000-0000-0000-000000000000'],
])('a job that was not sent by us, %s, is found once it has a record', async (_, id) => {
  await expectProblemResponse(await result(id), 404);
  await producer.records.failRun({ id, error: 'Error: away' });
  expect((await result(id)).status).toBe(202);
  await producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  for (const asked of [id, id.toUpperCase()]) {
    expect(await (await result(asked)).json()).toMatchObject({ id, status: 'done', result: 2 });
  }
});

describe('Prefer: wait', () => {
  test('answers when the job is done', async () => {
    const id = await newJob();
    const answer = result(id, 'wait=20');
    await expect(Promise.race([answer, delay(300, 'waits')])).resolves.toBe('waits');
    await producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
    const start = performance.now();
    const response = await answer;
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(response.status).toBe(200);
    expect(response.headers.get('preference-applied')).toBe('wait=20');
  });

  test('answers pending when the time is up', async () => {
    const id = await newJob();
    const start = performance.now();
    const response = await result(id, 'wait=1');
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(response.status).toBe(202);
    expect(response.headers.get('preference-applied')).toBe('wait=1');
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test.each(['wait', 'wait=', 'wait=x', 'wait=-1', 'wait=20.5', 'wait=1e9', 'respond-async', ''])(
    '"%s" is ignored',
    async (prefer) => {
      const start = performance.now();
      const response = await result(await newJob(), prefer);
      expect(response.status).toBe(202);
      expect(response.headers.has('preference-applied')).toBe(false);
      expect(performance.now() - start).toBeLessThan(5_000);
    },
  );

  test('an unknown id is not waited for', async () => {
    for (const id of ['abc', keyedJobId('a', 'never'), v4()]) {
      await expectProblemResponse(await result(id, 'wait=20'), 404);
    }
    expect(producer.waits).toBe(0);
  });

  test('200 wait at once and each gets its own answer', async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, newJob));
    const answers = ids.map((id) => result(id, 'wait=15'));
    await Promise.all(
      ids.map((id, input) => producer.records.once({ id, type: 'add-one', input }, { result: input + 1 })),
    );
    const bodies = await Promise.all(
      answers.map(async (answer) => (await (await answer).json()) as { id: string; input: number }),
    );
    expect(bodies.map(({ id, input }) => [id, input])).toEqual(ids.map((id, input) => [id, input]));
  });

  test('a wait ends with its connection, and gives its place back', async () => {
    const id = await newJob();
    const bytes = `GET /results/${id} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=20\r\n\r\n`;
    const clients = await Promise.all(Array.from({ length: 40 }, () => openRaw(producer.port)));
    for (const client of clients) client.send(bytes);
    await eventually(() => producer.waits === 40);
    for (const client of clients.splice(20)) client.socket.end();
    await eventually(() => producer.waits === 20, { withinMs: 1_000 });
    for (const client of clients) client.end();
    await eventually(() => producer.waits === 0, { withinMs: 1_000 });
  });
});

test('without a place, and at a stop: answered at once, without Preference-Applied, asked to come later', async () => {
  const crowded = await startProducer(broker());
  const bytes = `GET /results/${newJobId()} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=20\r\n\r\n`;
  const clients: RawClient[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const opened = await Promise.all(Array.from({ length: 100 }, () => openRaw(crowded.port)));
    for (const client of opened) client.send(bytes);
    clients.push(...opened);
    await eventually(() => crowded.waits === round * 100);
  }
  const answers = [await sendRaw(crowded.port, bytes)];
  await crowded.close();
  answers.push(await (clients[0] as RawClient).answer());
  for (const { status, headers } of answers) {
    expect(status).toBe(202);
    expect(headers).not.toHaveProperty('preference-applied');
    expect(headers['retry-after']).toBe('5');
  }
});
