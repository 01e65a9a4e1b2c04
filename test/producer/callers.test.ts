import { createHash } from 'node:crypto';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblem, expectProblemResponse } from './problem-response';
import { openRaw, type RawAnswer, sendRaw } from './raw';

const broker = withBroker();
const KEYS = ['first-key', 'second-key'];
let producer: TestProducer;

afterEach(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

describe('with API keys', () => {
  beforeEach(async () => {
    producer = await startProducer(broker(), { environment: { apiKeys: KEYS } });
  });

  test.each([
    ['none', {}],
    ['a wrong one', bearer('third-key')],
    ['the start of one', bearer('first-ke')],
    ['one and more', bearer('first-key2')],
    ['both in one', bearer('first-key,second-key')],
    ['an empty one', bearer('')],
    ['no scheme', { authorization: 'first-key' }],
    ['another scheme', { authorization: 'Basic first-key' }],
    ['the hash of one', bearer(createHash('sha256').update('first-key').digest('hex'))],
    ['a wrong x-api-key beside a right bearer', { ...bearer('first-key'), 'x-api-key': 'x' }],
  ])('%s: 401 on every guarded path', async (_, headers: Record<string, string>) => {
    const responses = [
      await producer.post('/produce', '{"input":1}', headers),
      await producer.post('/', '{"input":1}', headers),
      await producer.get('/results/x', headers),
      await producer.get('/nope', headers),
    ];
    for (const response of responses) {
      await expectProblemResponse(response, 401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    expect(await broker().isEmpty(producer.queues.queueUrl)).toBe(true);
  });

  test.each([
    bearer('first-key'),
    bearer('second-key'),
    { 'x-api-key': 'first-key' },
    { authorization: 'bearer  second-key' },
  ])('%j is let in', async (headers) => {
    expect((await producer.post('/produce', '{"input":1}', headers)).status).toBe(202);
  });

  test.each(['/health/live', '/health/ready', '/openapi.json', '/docs'])('%s needs none', async (path) => {
    expect((await producer.get(path)).status).toBe(200);
  });

  test.each(['/docs/../produce', '/health/../produce', '/%64ocs/../produce'])('%s is no way around', async (path) => {
    const bytes = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"input":1}`;
    const { status } = await sendRaw(producer.port, bytes);
    expect([401, 404, 405]).toContain(status);
  });

  test('401 comes before the body is read', async () => {
    const client = await openRaw(producer.port);
    client.send(
      'POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n',
    );
    const answer = await client.answer();
    client.end();
    expect(answer).toMatchObject({ status: 401, closed: true });
    expectProblem({ status: 401, contentType: answer.headers['content-type'], body: answer.body });
  });

  test('the same Idempotency-Key of two callers is two jobs, by either header one', async () => {
    const post = async (headers: Record<string, string>): Promise<string> => {
      const response = await producer.post('/produce', '{"input":1}', { ...headers, 'idempotency-key': 'k' });
      return ((await response.json()) as { id: string }).id;
    };
    const id = await post(bearer('first-key'));
    expect(await post({ 'x-api-key': 'first-key' })).toBe(id);
    expect(await post(bearer('second-key'))).not.toBe(id);
  });
});

describe('with a rate limit', () => {
  beforeEach(async () => {
    producer = await startProducer(broker(), { environment: { apiKeys: KEYS, rateLimitPerSecond: 5 } });
  });

  test('more than it: 429 + Retry-After for this caller, not for another, not for health', async () => {
    const burst = await Promise.all(
      Array.from({ length: 20 }, () => producer.post('/', '{"input":1}', bearer('first-key'))),
    );
    const limited = burst.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(10);
    expect(burst.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
    for (const response of limited) {
      await expectProblemResponse(response, 429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await producer.post('/', '{"input":1}', bearer('second-key'))).status).toBe(200);
    const probes = await Promise.all(Array.from({ length: 20 }, () => producer.get('/health/live')));
    expect(probes.every(({ status }) => status === 200)).toBe(true);
  });

  const burstOf = async (send: () => Promise<Response>): Promise<Set<number>> =>
    new Set((await Promise.all(Array.from({ length: 40 }, send))).map(({ status }) => status));

  test.each<[string, number, () => Promise<Response>]>([
    ['a wrong key', 401, () => producer.post('/', '{"input":1}', bearer('wrong'))],
    ['a wrong path', 404, () => producer.get('/nope', bearer('first-key'))],
    ['a wrong method', 405, () => producer.get('/produce', bearer('first-key'))],
    [
      'a wrong media type',
      415,
      () => producer.post('/', 'x', { ...bearer('first-key'), 'content-type': 'text/plain' }),
    ],
    ['a path that cannot be decoded', 400, () => producer.get('/%', bearer('first-key'))],
    ['/docs', 200, () => producer.get('/docs')],
    ['a file of /docs', 200, () => producer.get('/docs/swagger-ui.css')],
    ['/openapi.json', 200, () => producer.get('/openapi.json')],
  ])('%s counts as well', async (_, status, send) => {
    expect([...(await burstOf(send))].sort()).toEqual([status, 429].sort());
  });

  test('wrong keys use up nothing of a right one', async () => {
    await burstOf(() => producer.post('/', '{"input":1}', bearer('wrong')));
    expect((await producer.post('/', '{"input":1}', bearer('first-key'))).status).toBe(200);
  });
});

test('refusals are told once a second, with their counts', async () => {
  producer = await startProducer(broker(), { environment: { apiKeys: KEYS } });
  const wrong = [
    ...Array.from({ length: 20 }, () => producer.get('/results/x', bearer('wrong'))),
    producer.get('/nope', bearer('first-key')),
    producer.get('/produce', bearer('first-key')),
    producer.post('/', 'x', { ...bearer('first-key'), 'content-type': 'text/plain' }),
    producer.get('/%'),
  ];
  await Promise.all(wrong);
  await sendRaw(producer.port, 'no HTTP\r\n\r\n');
  await eventually(() => producer.warnings.length > 0);
  const told = 'Requests refused within a second: 2 × 400, 20 × 401, 1 × 404, 1 × 405, 1 × 415';
  expect(producer.warnings).toEqual([told]);
});

describe('without keys, on loopback', () => {
  const live = (host: string): Promise<RawAnswer> =>
    sendRaw(
      producer.port,
      `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"input":1}`,
    );

  test('a foreign Host is refused, one of this machine is not', async () => {
    producer = await startProducer(broker());
    for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.0.0.2:1', '[::1]:3000', 'plusone.localhost']) {
      expect([host, (await live(host)).status]).toEqual([host, 200]);
    }
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', 'a b', '']) {
      expect([host, (await live(host)).status]).toEqual([host, 421]);
    }
  });

  test.each([{ allowAnonymous: true }, { apiKeys: [] as string[], onLambda: true }])(
    'with %j any is taken',
    async (environment) => {
      producer = await startProducer(broker(), { environment });
      expect((await live('api.example')).status).toBe(200);
    },
  );
});

test('what was refused last is told at the stop', async () => {
  producer = await startProducer(broker());
  await producer.get('/nope');
  await producer.close();
  expect(producer.warnings).toEqual(['Requests refused within a second: 1 × 404']);
  producer = await startProducer(broker());
});
