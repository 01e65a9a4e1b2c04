import { Intake } from '../../producer/intake';
import { SqliteRecords } from '../../results/sqlite';
import { keyedJobId } from '../../results/job-id';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { TEST_JOB } from '../harness/jobs';
import { openRaw } from './raw';
import { withProducerBehindProxy } from './test-producer';
import { expectProblemResponse } from './problem-response';

const broker = withBroker();
const behind = withProducerBehindProxy(broker);

const produce = (key: string, input = 1): Promise<Response> =>
  behind.producer.post('/produce', JSON.stringify({ input }), { 'idempotency-key': key });

async function idOf(response: Response): Promise<string> {
  const body = await response.text();
  expect({ status: response.status, body }).toMatchObject({ status: 202 });
  return (JSON.parse(body) as { id: string }).id;
}

const queuedIds = (): Promise<string[]> => behind.producer.queuedIds(broker());

test('the same key and body again: the same id, sent once, the same for ever', async () => {
  const id = await idOf(await produce('k'));
  expect(await idOf(await produce('k'))).toBe(id);
  await behind.producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  expect(await idOf(await produce('k'))).toBe(id);
  expect(await queuedIds()).toEqual([id]);
  expect(await (await behind.producer.get(`/results/${id}`)).json()).toMatchObject({ id, status: 'done', result: 2 });
});

test('another key, another job; no key, always another', async () => {
  const responses = await Promise.all([
    produce('a'),
    produce('b'),
    ...[1, 2].map(() => behind.producer.post('/produce', '{"input":1}')),
  ]);
  expect(new Set(await Promise.all(responses.map(idOf))).size).toBe(4);
});

test('50 at once: one id, one message', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, async () => idOf(await produce('k'))));
  expect(new Set(ids).size).toBe(1);
  expect(await queuedIds()).toEqual([ids[0]]);
});

test('50 at once with two bodies: one of them is taken, the other refused', async () => {
  const responses = await Promise.all(Array.from({ length: 50 }, (_, n) => produce('k', n % 2)));
  const statuses = responses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 202)).toHaveLength(25);
  expect(statuses.filter((status) => status === 422)).toHaveLength(25);
  expect(await queuedIds()).toHaveLength(1);
});

test('the same key with another body: 422, nothing queued', async () => {
  const id = await idOf(await produce('k', 1));
  await expectProblemResponse(await produce('k', 2), 422);
  expect(await queuedIds()).toEqual([id]);
});

test('the group is of the body: the same key and input in another group, or in none, is refused', async () => {
  const post = (body: object): Promise<Response> =>
    behind.producer.post('/produce', JSON.stringify(body), { 'idempotency-key': 'k' });
  const id = await idOf(await post({ input: 1, group: 'a' }));
  await expectProblemResponse(await post({ input: 1, group: 'b' }), 422);
  await expectProblemResponse(await post({ input: 1 }), 422);
  expect(await idOf(await post({ input: 1, group: 'a' }))).toBe(id);
  await behind.producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  await expectProblemResponse(await post({ input: 1, group: 'b' }), 422);
  expect(await idOf(await post({ input: 1, group: 'a' }))).toBe(id);
  expect(await queuedIds()).toEqual([id]);
});

test('-0 and 0 are the same body', async () => {
  const post = (body: string): Promise<Response> => behind.producer.post('/produce', body, { 'idempotency-key': 'k' });
  expect(await idOf(await post('{"input":-0}'))).toBe(await idOf(await post('{"input":0}')));
});

test('a send that failed is sent again under the same id', async () => {
  behind.proxy.rule('SendMessageBatch', 'unavailable');
  await expectProblemResponse(await produce('k'), 503);
  expect(await queuedIds()).toEqual([]);
  await expectProblemResponse(await produce('k', 2), 422);
  behind.proxy.clear();
  const id = await idOf(await produce('k'));
  expect(await queuedIds()).toEqual([id]);
});

test('an answer of the queue that never arrived: 503, then the same id; a consumer sees a double of one job', async () => {
  behind.proxy.rule('SendMessageBatch', 'reset');
  await expectProblemResponse(await produce('k'), 503);
  behind.proxy.clear();
  const id = await idOf(await produce('k'));
  const ids = await queuedIds();
  expect(ids.length).toBeGreaterThan(1);
  expect(new Set(ids)).toEqual(new Set([id]));
  expect((await behind.producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 })).outcome).toBe(
    'recorded',
  );
  expect((await behind.producer.records.once({ id, type: 'add-one', input: 1 }, { result: 2 })).outcome).toBe('repeat');
});

test('a crash between claim and send: the repeat sends', async () => {
  const id = keyedJobId('anonymous', 'k');
  await behind.producer.records.claim({ id, type: 'add-one', input: 1 });
  expect((await behind.producer.get(`/results/${id}`)).status).toBe(202);
  expect(await idOf(await produce('k'))).toBe(id);
  expect(await queuedIds()).toEqual([id]);
});

test('a crash between send and accept: the repeat sends a double of the same job', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'intake-'));
  const records = await SqliteRecords.open(join(directory, 'results.db'));
  const sent: string[] = [];
  const queue = {
    send: (job: { id: string }): Promise<void> => {
      sent.push(job.id);
      return Promise.resolve();
    },
    isFifo: () => Promise.resolve(false),
  };
  const terms = { group: undefined, delaySeconds: undefined };
  const request = { definition: TEST_JOB, input: 1, ...terms, caller: 'c', idempotencyKey: 'k' };
  const crashing = { claim: records.claim.bind(records), accept: () => Promise.reject(new Error('killed here')) };
  await expect(new Intake(queue, crashing).take(request)).rejects.toThrow('killed here');
  const id = await new Intake(queue, records).take(request);
  expect(sent).toEqual([id, id]);
  await new Intake(queue, records).take(request);
  expect(sent).toEqual([id, id]);
  await records.close();
  await rm(directory, { recursive: true });
});

test.each([
  ['empty', ''],
  ['256 characters', 'k'.repeat(256)],
  ['a space', 'a b'],
  ['a tab', 'a\tb'],
  ['beyond ASCII', 'ké'],
])('a key that is %s: 400, nothing queued', async (_, key) => {
  await expectProblemResponse(await produce(key), 400);
  expect(await queuedIds()).toEqual([]);
});

test('a key of 255 characters is taken', async () => {
  await idOf(await produce('~'.repeat(255)));
});

test('two keys in one request: 400', async () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  headers.append('idempotency-key', 'a');
  headers.append('idempotency-key', 'b');
  const response = await fetch(`${behind.producer.url}/produce`, { method: 'POST', body: '{"input":1}', headers });
  await expectProblemResponse(response, 400);
});

test('more with keys at once than can be served in time: the rest is refused while they wait', async () => {
  const latch = new Latch();
  const answer = async <T>(forward: () => Promise<T>): Promise<T> => latch.opened.then(forward);
  behind.proxy.rule('SendMessageBatch', () => ({ answer }));
  // Connected beforehand: what the queue holds is given up after seconds, and then there is room for the rest.
  const clients = await Promise.all(Array.from({ length: 210 }, () => openRaw(behind.producer.port)));
  const head = 'POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11';
  for (const [n, client] of clients.entries()) client.send(`${head}\r\nIdempotency-Key: k${n}\r\n\r\n{"input":1}`);
  const answered = (text: string): number => clients.filter(({ received }) => received.includes(text)).length;
  const refused = (): number => answered('Too many jobs with a key');
  await eventually(() => refused() > 0);
  latch.open();
  await eventually(() => answered('HTTP/1.1 ') === clients.length);
  // Fewer where a busy machine takes so long that the first are given up before the last are read.
  expect(refused()).toBeLessThanOrEqual(10);
  expect(answered('HTTP/1.1 202')).toBeGreaterThan(0);
  expect(answered('HTTP/1.1 202') + answered('HTTP/1.1 503')).toBe(clients.length);
  for (const client of clients) client.end();
  expect((await produce('k209')).status).toBe(202);
});
