import { gzipSync } from 'node:zlib';
import { eventually } from '../harness/eventually';
import { withBroker } from '../harness/broker';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblem, expectProblemResponse } from './problem-response';
import { openRaw, type RawAnswer, sendRaw } from './raw';

const broker = withBroker();
let producer: TestProducer;

beforeAll(async () => {
  producer = await startProducer(broker());
});
afterAll(async () => {
  await producer.close();
});
afterEach(async () => {
  expect(await broker().receiveAll(producer.queues.queueUrl)).toEqual([]);
  expect(producer.errors).toEqual([]);
});

const JOB = '{"input":1}';
const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';

const post = (headers: readonly string[], body = JOB, target = '/produce'): string =>
  [`POST ${target} HTTP/1.1`, ...headers, '', body].join('\r\n');

function expectRawProblem(answer: RawAnswer, status: number): ReturnType<typeof expectProblem> {
  expect(answer).toMatchObject({ status });
  return expectProblem({ status, contentType: answer.headers['content-type'], body: answer.body });
}

describe.each(['/', '/produce'])('media of POST %s', (path) => {
  const types = [
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=utf-7',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/jsonx',
    'application/json, text/plain',
    'application/problem+json',
    ';;;',
    'json',
  ];

  test.each(types)('%s is refused', async (type) => {
    await expectProblemResponse(await producer.post(path, JOB, { 'content-type': type }), 415);
  });

  test('no content type is refused', async () => {
    expectRawProblem(await sendRaw(producer.port, post([HOST, 'Content-Length: 11'], JOB, path)), 415);
    expectRawProblem(await sendRaw(producer.port, post([HOST, 'Content-Length: 0'], '', path)), 415);
  });

  test.each(['gzip', 'br', 'deflate', 'foo', 'gzip, identity', ''])(
    'content encoding "%s" is refused',
    async (encoding) => {
      await expectProblemResponse(await producer.post(path, JOB, { 'content-encoding': encoding }), 415);
    },
  );

  test('a gzip bomb is not opened', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(10_000_000, ' ')));
    await expectProblemResponse(await producer.post(path, bomb, { 'content-encoding': 'gzip' }), 415);
  });
});

const ACCEPTED_TYPES = [
  'application/json',
  'APPLICATION/JSON',
  'application/json;charset=UTF-8',
  'application/json; charset="utf-8"',
];

test.each(ACCEPTED_TYPES)('%s is taken', async (type) => {
  expect((await producer.post('/', JOB, { 'content-type': type })).status).toBe(200);
});

const length = (text: string): string => `Content-Length: ${text}`;
const CHUNKED = 'Transfer-Encoding: chunked';

const MALFORMED: [string, string][] = [
  ['Content-Length too short', post([HOST, JSON_TYPE, length('5')])],
  ['Content-Length negative', post([HOST, JSON_TYPE, length('-1')])],
  ['Content-Length no number', post([HOST, JSON_TYPE, length('eleven')])],
  ['Content-Length with a sign', post([HOST, JSON_TYPE, length('+11')])],
  ['Content-Length in hex', post([HOST, JSON_TYPE, length('0xb')])],
  ['Content-Length beyond any number', post([HOST, JSON_TYPE, length('9'.repeat(30))])],
  ['Content-Length doubled', post([HOST, JSON_TYPE, length('11'), length('11')])],
  ['two different Content-Length', post([HOST, JSON_TYPE, length('11'), length('12')])],
  ['Content-Length as a list', post([HOST, JSON_TYPE, length('11, 11')])],
  ['Content-Length and Transfer-Encoding', post([HOST, JSON_TYPE, length('11'), CHUNKED], `b\r\n${JOB}\r\n0\r\n\r\n`)],
  ['a chunk size that is none', post([HOST, JSON_TYPE, CHUNKED], `zz\r\n${JOB}\r\n0\r\n\r\n`)],
  ['a chunk longer than its size', post([HOST, JSON_TYPE, CHUNKED], `5\r\n${JOB}\r\n0\r\n\r\n`)],
  ['a negative chunk size', post([HOST, JSON_TYPE, CHUNKED], `-1\r\n${JOB}\r\n0\r\n\r\n`)],
  ['an unknown transfer encoding', post([HOST, JSON_TYPE, 'Transfer-Encoding: foo'])],
  ['chunked not last', post([HOST, JSON_TYPE, 'Transfer-Encoding: chunked, gzip'], `b\r\n${JOB}\r\n0\r\n\r\n`)],
  ['no Host', post([JSON_TYPE, length('11')])],
  ['two Hosts', post([HOST, 'Host: other', JSON_TYPE, length('11')])],
  ['a space before the colon', post([HOST, JSON_TYPE, 'Content-Length : 11'])],
  ['a header without a name', post([HOST, JSON_TYPE, ': x', length('11')])],
  ['a folded header', post([HOST, JSON_TYPE, 'X-A: b', ' c', length('11')])],
  ['a NUL in a header', post([HOST, JSON_TYPE, 'X-A: b\u0000c', length('11')])],
  ['a bare carriage return', post([HOST, JSON_TYPE, 'X-A: b\rc', length('11')])],
  ['no HTTP', 'hello\r\n\r\n'],
  ['an unknown method', `BREW /produce HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['an unknown version', `POST /produce HTTP/9.9\r\n${HOST}\r\n\r\n`],
  ['TLS on a plain port', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ['HTTP/2 without upgrade', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

test.each(MALFORMED)('%s: 400, closed', async (_, bytes) => {
  const client = await openRaw(producer.port);
  client.send(Buffer.from(bytes, 'latin1'));
  expectRawProblem(await client.answer(), 400);
  await eventually(() => client.socket.closed);
});

test.each(['/%', '/%zz', '/produce/%c0%af', '/results/%'])('the path %s is malformed', async (path) => {
  expectRawProblem(await sendRaw(producer.port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`), 400);
});

test('10 GB declared: 413 at once, closed', async () => {
  const answer = await sendRaw(producer.port, post([HOST, JSON_TYPE, length('10737418240')]));
  expectRawProblem(answer, 413);
  expect(answer).toMatchObject({ closed: true });
  expect(answer.milliseconds).toBeLessThan(5_000);
});

test('10 GB declared, asking first: 413, closed', async () => {
  const answer = await sendRaw(
    producer.port,
    post([HOST, JSON_TYPE, length('10737418240'), 'Expect: 100-continue'], ''),
  );
  expectRawProblem(answer, 413);
  expect(answer.closed).toBe(true);
});

test('chunks without end: 413, closed', async () => {
  const client = await openRaw(producer.port);
  client.send(post([HOST, JSON_TYPE, CHUNKED], ''));
  const chunk = `400\r\n${' '.repeat(1_024)}\r\n`;
  for (let n = 0; n < 40; n += 1) client.send(chunk);
  const answer = await client.answer();
  client.end();
  expectRawProblem(answer, 413);
  expect(answer.closed).toBe(true);
});

test.each([17_000, 100_000, 1_000_000, 8_000_000])(
  'a client sending all %i bytes at once still reads its 413',
  async (size) => {
    const response = await producer.post('/produce', ' '.repeat(size));
    await expectProblemResponse(response, 413);
    expect(response.headers.get('connection')).toBe('close');
  },
);

test('an expectation other than 100-continue: 417', async () => {
  expectRawProblem(await sendRaw(producer.port, post([HOST, JSON_TYPE, length('11'), 'Expect: a-miracle'])), 417);
});

test('a body after 100-continue is taken', async () => {
  const answer = await sendRaw(producer.port, post([HOST, JSON_TYPE, length('11'), 'Expect: 100-continue'], JOB, '/'));
  expect(answer.status).toBe(200);
});

test('20 KB of headers: 431, closed', async () => {
  const answer = await sendRaw(producer.port, post([HOST, JSON_TYPE, `X-A: ${'a'.repeat(20_000)}`, length('11')]));
  expectRawProblem(answer, 431);
  expect(answer.closed).toBe(true);
});

test('20 KB of path: 431', async () => {
  expectRawProblem(await sendRaw(producer.port, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n\r\n`), 431);
});

const METHODS: [string, string, string][] = [
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'].map((method): [string, string, string] => [
    method,
    '/produce',
    'POST',
  ]),
  ['GET', '/', 'POST'],
  ['PUT', '/?a=b', 'POST'],
  ['POST', '/results/x', 'GET, HEAD'],
  ['DELETE', '/health/live', 'GET, HEAD'],
  ['POST', '/openapi.json', 'GET, HEAD'],
];

test.each(METHODS)('%s %s: 405, allowing %s', async (method, path, allow) => {
  const response = await fetch(`${producer.url}${path}`, { method });
  await expectProblemResponse(response, 405);
  expect(response.headers.get('allow')).toBe(allow);
});

test('a wrong method with a body that is no JSON is still 405', async () => {
  await expectProblemResponse(await fetch(`${producer.url}/produce`, { method: 'PUT', body: 'x' }), 405);
});

test.each([
  '/nope',
  '/produce/',
  '/produce/x',
  '//produce',
  '/PRODUCE',
  '/results',
  '/results/',
  '/results/a/b',
  '/health',
  '/docs/../produce',
])('GET %s: 404', async (path) => {
  expectRawProblem(await sendRaw(producer.port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`), 404);
});

test('HEAD has no body, and the same status', async () => {
  const response = await fetch(`${producer.url}/nope`, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([404, '']);
});

describe('slow clients', () => {
  const drip = async (start: string, more: string): Promise<RawAnswer> => {
    const client = await openRaw(producer.port);
    client.send(start);
    const timer = setInterval(() => {
      client.send(more);
    }, 500);
    try {
      return await client.answer({ withinMs: 15_000 });
    } finally {
      clearInterval(timer);
      client.end();
    }
  };

  test.concurrent.each([
    ['a body that never ends', post([HOST, JSON_TYPE, length('11')], '{"inp'), ''],
    ['a body that drips', post([HOST, JSON_TYPE, length('1000')], '{"inp'), ' '],
    ['chunks that drip', post([HOST, JSON_TYPE, CHUNKED], ''), '1\r\n \r\n'],
    ['headers that never end', `POST /produce HTTP/1.1\r\n${HOST}\r\n`, ''],
    ['headers that drip', `POST /produce HTTP/1.1\r\n${HOST}\r\n`, 'X-A: b\r\n'],
    ['a request line that never ends', 'POST /prod', ''],
  ])('%s: 408 within 15 s, closed', async (_, start, more) => {
    const answer = await drip(start, more);
    expectRawProblem(answer, 408);
    expect(answer.closed).toBe(true);
  });
});

test('a client that leaves in the middle of its body costs nothing', async () => {
  const client = await openRaw(producer.port);
  client.send(post([HOST, JSON_TYPE, length('11')], '{"inp'));
  client.end();
  await eventually(async () => (await producer.get('/health/live')).ok);
});

test('pipelined requests are each answered', async () => {
  const client = await openRaw(producer.port);
  client.send(post([HOST, JSON_TYPE, length('11')], JOB, '/').repeat(3));
  await eventually(() => client.received.split('"result":2').length === 4);
  client.end();
});
