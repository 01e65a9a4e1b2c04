import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { openRaw, type RawClient } from './raw';
import { withProducerBehindProxy } from './test-producer';

const broker = withBroker();
const behind = withProducerBehindProxy(broker);
afterEach(() => {
  expect(behind.producer.errors).toEqual([]);
});

const HEAD = 'POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const post = (body: string): string => `${HEAD}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const JOB = post('{"input":1}');
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

const statuses = ({ received }: RawClient): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** Sends all at once, while the broker takes its time; resolves to the statuses once the connection has ended. */
async function exchange(bytes: string, { end = false } = {}): Promise<number[]> {
  behind.proxy.rule('SendMessageBatch', { delayMs: 300 });
  const client = await openRaw(behind.producer.port);
  client.send(bytes);
  if (end) client.socket.end();
  await eventually(() => client.socket.closed, { withinMs: 10_000 });
  return statuses(client);
}

/** Every job that is on the queue was answered with 202, and the other way round. */
async function expectQueued(count: number): Promise<void> {
  expect(await behind.producer.queuedIds(broker())).toHaveLength(count);
}

test.each([
  ['a body that is too large', `${HEAD}Content-Length: 20000\r\n\r\n`, [202, 413]],
  [
    'a body of unknown length and media type',
    `${HEAD.replace('json', 'xml')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [202, 415],
  ],
  ['a chunk that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, [202, 400]],
  ['what is no HTTP', 'hello\r\n\r\n', [202, 400]],
  ['headers that are too large', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n`, [202, 431]],
  ['CONNECT', 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', [202, 405]],
  ['an unknown expectation', `${HEAD}Expect: a-miracle\r\nContent-Length: 0\r\n\r\n`, [202, 417]],
  ['a request that closes', get('/health/live').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'), [202, 200]],
])('%s between two jobs: the first is answered, the second is not carried out', async (_, bytes, answers) => {
  expect(await exchange(JOB + bytes + JOB)).toEqual(answers);
  await expectQueued(1);
});

test('a body that is no JSON between two jobs: all are answered', async () => {
  const last = get('/health/live').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
  expect(await exchange(JOB + post('{') + JOB + last)).toEqual([202, 400, 202, 200]);
  await expectQueued(2);
});

test('a client that ends its side behind a job gets its answer', async () => {
  expect(await exchange(JOB, { end: true })).toEqual([202]);
  await expectQueued(1);
});

test('what waits behind a job is not carried out once the client has gone', async () => {
  behind.proxy.rule('SendMessageBatch', { delayMs: 300 });
  const client = await openRaw(behind.producer.port);
  client.send(JOB.repeat(5));
  await eventually(() => behind.proxy.count('SendMessageBatch') === 1);
  client.socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await expectQueued(1);
});

test.each(['/nope', '/openapi.json', '/docs', '/health/live', '/results/x'])(
  '900 times %s on one connection: 16 answers and a 429, closed',
  async (path) => {
    const client = await openRaw(behind.producer.port);
    client.send(get(path).repeat(900));
    await eventually(() => client.socket.closed);
    const answers = statuses(client);
    expect(answers).toHaveLength(17);
    expect(answers.at(-1)).toBe(429);
    expect(new Set(answers.slice(0, 16)).size).toBe(1);
  },
);

test('1,000 requests on one connection, 16 at a time: each is answered', async () => {
  const client = await openRaw(behind.producer.port);
  for (let sent = 16; sent <= 1_000; sent += 16) {
    client.send(get('/health/live').repeat(16));
    await eventually(() => statuses(client).length === sent, { everyMs: 1 });
  }
  client.end();
});
