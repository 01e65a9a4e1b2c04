import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { type Verdict } from '../../experiments/rig/proxy/fault-proxy';
import { DEADLINE_MS } from '../../producer/intake';
import { openRaw, type RawClient } from './raw';
import { withProducerBehindProxy } from './test-producer';
import { expectProblemResponse } from './problem-response';

/** What a busy machine takes for more than a hundred answers that are due at the same time. */
const BUSY_MS = 3_000;

const broker = withBroker();
const behind = withProducerBehindProxy(broker);
afterEach(() => {
  expect(behind.producer.errors).toEqual([]);
});

const produce = (input = 1): Promise<Response> => behind.producer.post('/produce', JSON.stringify({ input }));

const queuedIds = (): Promise<string[]> => behind.producer.queuedIds(broker());

async function expectUnavailable(response: Response): Promise<void> {
  await expectProblemResponse(response, 503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
}

test.each<[string, Verdict]>([
  ['resets the connection', 'drop'],
  ['throttles', 'throttle'],
  ['is unavailable', 'unavailable'],
])('a broker that %s: 503 + Retry-After, nothing queued, and well again after', async (_, verdict) => {
  behind.proxy.rule('SendMessageBatch', verdict);
  for (const response of await Promise.all(Array.from({ length: 15 }, () => produce())))
    await expectUnavailable(response);
  expect(await queuedIds()).toEqual([]);
  behind.proxy.clear();
  expect((await produce()).status).toBe(202);
});

test('a broker that refuses connections: 503, not ready; both well again after', async () => {
  await behind.proxy.refuse();
  await expectUnavailable(await produce());
  await expectUnavailable(await behind.producer.get('/health/ready'));
  expect((await behind.producer.get('/health/live')).status).toBe(200);
  expect(behind.producer.warnings[0]).toMatch(/^QueueUnavailable: .* [Cc]aused by .*ECONNREFUSED/);
  await behind.proxy.accept();
  expect((await produce()).status).toBe(202);
  await eventually(async () => (await behind.producer.get('/health/ready')).status === 200);
});

test.each([true, false])(
  'a batch that fails in part (carried out: %s): 202 for what SQS accepted and nothing else',
  async (forwarded) => {
    const oddFails = { failEntries: (_: unknown, index: number) => index % 2 === 1, forwarded };
    behind.proxy.rule('SendMessageBatch', oddFails);
    const responses = await Promise.all(Array.from({ length: 40 }, (_, n) => produce(n)));
    const accepted: string[] = [];
    for (const response of responses) {
      if (response.status === 202) accepted.push(((await response.json()) as { id: string }).id);
      else await expectUnavailable(response);
    }
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(40);
    expect(await queuedIds()).toEqual(expect.arrayContaining(accepted));
  },
);

test('a broker that accepts and never answers: 503 at its deadline for every request, with and without a key', async () => {
  behind.proxy.rule('SendMessageBatch', 'swallow');
  const start = performance.now();
  const keyed = behind.producer.post('/produce', '{"input":1}', { 'idempotency-key': 'k' });
  const responses = await Promise.all([keyed, ...Array.from({ length: 120 }, () => produce())]);
  expect(performance.now() - start).toBeLessThan(DEADLINE_MS + BUSY_MS);
  for (const response of responses) await expectUnavailable(response);
});

test('more waiting than the buffer holds: 503 at once for the rest, at its deadline for all', async () => {
  behind.proxy.rule('SendMessageBatch', 'blackhole');
  const request = `POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"input":1}`;
  // A hundred at a time: 1,300 connections at once would measure the kernel's backlog instead.
  const clients: RawClient[] = [];
  const open = (): Promise<RawClient> => openRaw(behind.producer.port);
  while (clients.length < 1_300) clients.push(...(await Promise.all(Array.from({ length: 100 }, open))));
  const answered = (): number => clients.filter(({ received }) => received.startsWith('HTTP/1.1 503 ')).length;
  for (const client of clients) client.send(request);
  await eventually(() => answered() > 100, { withinMs: 5_000 });
  // Those in the buffer still wait: they are given up together, when they have waited their time.
  expect(answered()).toBeLessThan(1_000);
  await eventually(() => answered() === clients.length, { withinMs: DEADLINE_MS + BUSY_MS });
  for (const client of clients) client.end();
});

test('a silent broker turns ready red within 2 s', async () => {
  behind.proxy.rule('*', 'blackhole');
  const start = performance.now();
  await expectUnavailable(await behind.producer.get('/health/ready'));
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('a store that is unavailable: 503 for what needs it, 202 for what does not', async () => {
  await behind.producer.closeStore();
  await expectUnavailable(await behind.producer.post('/produce', '{"input":1}', { 'idempotency-key': 'k' }));
  expect((await produce()).status).toBe(202);
  const id = ((await (await produce()).json()) as { id: string }).id;
  await expectUnavailable(await behind.producer.get(`/results/${id}`));
  await expectUnavailable(await behind.producer.get(`/results/${id}`, { prefer: 'wait=2' }));
  await expectUnavailable(await behind.producer.get('/health/ready'));
});
