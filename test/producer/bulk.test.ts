import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { answersOf, idsOf, LINES_TYPE, postLines, toLines } from './lines-of';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblemResponse } from './problem-response';
import { openRaw, sendRaw } from './raw';

const broker = withBroker();
let producer: TestProducer;

beforeEach(async () => {
  producer = await startProducer(broker());
});
afterEach(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

const queued = (): Promise<string[]> => producer.queuedIds(broker());
const jobs = (count: number): object[] => Array.from({ length: count }, (_, input) => ({ input }));

test.each(['/produce', '/jobs/add-one'])(
  'POST %s: a line each is answered in order, and every job is queued',
  async (path) => {
    const answers = await answersOf(await postLines(producer, toLines(jobs(1_000)), { path }));
    expect(answers).toHaveLength(1_000);
    for (const answer of answers) expect(answer).toEqual({ id: expect.any(String), status: 'accepted' });
    const messages = await broker().receiveAll(producer.queues.queueUrl);
    const inputs = new Map(
      messages
        .map(({ Body = '' }) => JSON.parse(Body) as { id: string; input: number })
        .map(({ id, input }) => [id, input]),
    );
    expect(idsOf(answers).map((id) => inputs.get(id))).toEqual(jobs(1_000).map((_, at) => at));
  },
);

test('a bad line among good ones is refused alone, with its number', async () => {
  const lines = ['{"input":1}', '{"input":"x"}', '', '{"input":2}', 'nope', '[1]', '{"input":3,"x":1}', '{"input":4}'];
  const answers = await answersOf(await postLines(producer, lines.join('\n')));
  expect(answers.map(({ status, line }) => (status === 'accepted' ? status : [status, line]))).toEqual([
    'accepted',
    [400, 2],
    [400, 3],
    'accepted',
    [400, 5],
    [400, 6],
    [400, 7],
    'accepted',
  ]);
  expect(answers[1]).toMatchObject({ title: 'Bad Request', errors: [{ pointer: '/input' }] });
  expect((await queued()).sort()).toEqual(idsOf(answers).sort());
});

const HEAVY = JSON.stringify({ input: 1, group: 'g' }).padEnd(16_385);

test.each([
  ['CRLF', '{"input":1}\r\n{"input":2}\r\n', ['accepted', 'accepted']],
  ['no newline behind the last line', '{"input":1}\n{"input":2}', ['accepted', 'accepted']],
  ['only a newline', '\n', [400]],
  ['an empty line of CRLF', '{"input":1}\r\n\r\n{"input":2}', ['accepted', 400, 'accepted']],
  ['a byte order mark', '\ufeff{"input":1}\n{"input":2}', [400, 'accepted']],
  ['a lone carriage return, which ends no line', '{"input":1}\r{"input":2}', [400]],
  ['a line separator of Unicode, which ends none', '{"input":1}\u2028{"input":2}', [400]],
  ['two documents on a line', '{"input":1}{"input":2}\n', [400]],
  ['an array over lines', '[\n{"input":1},\n{"input":2}\n]', [400, 400, 'accepted', 400]],
  ['a document over lines', '{\n"input":1\n}', [400, 400, 400]],
  ['a line nested 1,400 deep', `{"input":${'['.repeat(1_400)}${']'.repeat(1_400)}}\n{"input":1}`, [400, 'accepted']],
  ['__proto__', '{"input":1,"__proto__":{"group":"g"}}\n{"input":1}', [400, 'accepted']],
  ['a line over the limit of its type', `${HEAVY}\n{"input":1}`, [413, 'accepted']],
])('%s', async (_, body, statuses) => {
  const answers = await answersOf(await postLines(producer, body));
  expect(answers.map(({ status }) => status)).toEqual(statuses);
  expect(await queued()).toHaveLength(idsOf(answers).length);
});

test.each(['\n', '\r\n'])('an empty line says so, of itself: %j', async (end) => {
  const answers = await answersOf(await postLines(producer, `{"input":1}${end}${end}{"input":2}${end}`));
  expect(answers).toHaveLength(3);
  expect(answers[1]).toMatchObject({ status: 400, line: 2, detail: 'The line is empty; send a JSON object.' });
});

test('invalid UTF-8 is a problem of its line', async () => {
  const body = new Uint8Array([...Buffer.from('{"input":1}\n{"input":"'), 0xff, ...Buffer.from('"}\n{"input":2}')]);
  const answers = await answersOf(await postLines(producer, body));
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 400, 'accepted']);
});

test('a line says what its body and its headers would', async () => {
  const [fault] = await answersOf(
    await postLines(producer, '{"input":1,"group":" ","delaySeconds":901,"idempotencyKey":"é"}'),
  );
  expect(fault?.errors?.map(({ pointer }) => pointer).sort()).toEqual(['/delaySeconds', '/group', '/idempotencyKey']);
});

describe('what is refused as a whole, with nothing queued', () => {
  afterEach(async () => {
    expect(await broker().isEmpty(producer.queues.queueUrl)).toBe(true);
  });

  test('1,001 lines: 400', async () => {
    const { detail } = await expectProblemResponse(await postLines(producer, toLines(jobs(1_001))), 400);
    expect(detail).toContain('1000 lines');
  });

  test('1,001 empty lines: 400', async () => {
    await expectProblemResponse(await postLines(producer, '\n'.repeat(1_001)), 400);
  });

  test('an empty body: 400', async () => {
    await expectProblemResponse(await postLines(producer, ''), 400);
  });

  test('over 1 MiB: 413, which names the limit', async () => {
    const line = toLines([{ input: 1, group: 'g'.repeat(100) }]);
    const body = line.repeat(Math.floor(1_048_576 / line.length) + 1);
    const { detail } = await expectProblemResponse(await postLines(producer, body), 413);
    expect(detail).toContain('1 MiB');
  });

  test('the header Idempotency-Key: 400', async () => {
    await expectProblemResponse(await postLines(producer, '{"input":1}', { headers: { 'idempotency-key': 'k' } }), 400);
  });

  test('POST / takes no lines: 415', async () => {
    await expectProblemResponse(await postLines(producer, '{"input":1}', { path: '/' }), 415);
  });

  test.each(['application/ndjson', 'application/jsonl', 'application/x-ndjson; charset=utf-16'])(
    '%s: 415',
    async (type) => {
      const headers = { 'content-type': type };
      const { detail } = await expectProblemResponse(await postLines(producer, '{"input":1}', { headers }), 415);
      expect(detail).toContain(LINES_TYPE);
    },
  );

  test('gzip: 415', async () => {
    const headers = { 'content-encoding': 'gzip' };
    await expectProblemResponse(await postLines(producer, '{"input":1}', { headers }), 415);
  });
});

const HEAD = `POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${LINES_TYPE}\r\n`;

describe('bodies that do not end', () => {
  afterEach(async () => {
    expect(await broker().isEmpty(producer.queues.queueUrl)).toBe(true);
  });

  test('10 GB declared: 413 at once, closed', async () => {
    const answer = await sendRaw(producer.port, `${HEAD}Content-Length: 10737418240\r\n\r\n{"input":1}\n`);
    expect(answer).toMatchObject({ status: 413, closed: true });
  });

  test('a line that never ends: 413, closed', async () => {
    const client = await openRaw(producer.port);
    client.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'1'.repeat(65_536)}\r\n`;
    for (let n = 0; n < 20; n += 1) client.send(chunk);
    expect(await client.answer()).toMatchObject({ status: 413, closed: true });
  });

  test('a line that drips: 408 within 15 s, closed', async () => {
    const client = await openRaw(producer.port);
    client.send(`${HEAD}Content-Length: 1000\r\n\r\n{"input":1}\n{"inp`);
    const timer = setInterval(() => {
      client.send(' ');
    }, 500);
    expect(await client.answer({ withinMs: 15_000 })).toMatchObject({ status: 408, closed: true });
    clearInterval(timer);
  });

  test('a connection that is cut in the middle of its body: nothing is queued, and nothing is told as a fault', async () => {
    const client = await openRaw(producer.port);
    client.send(`${HEAD}Content-Length: 1000\r\n\r\n{"input":1}\n{"input":2}\n{"inp`);
    client.end();
    await eventually(async () => (await producer.get('/health/live')).ok);
    expect(await answersOf(await postLines(producer, 'x'))).toMatchObject([{ status: 400 }]);
  });
});

test('a body in chunks, cut anywhere, is the same lines', async () => {
  const client = await openRaw(producer.port);
  const body = '{"input":1}\r\n{"input":2}';
  const chunks = Array.from(body)
    .map((character) => `1\r\n${character}\r\n`)
    .join('');
  client.send(`${HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}0\r\n\r\n`);
  await eventually(() => client.socket.closed);
  expect(client.received.match(/"accepted"/g)).toHaveLength(2);
  expect(await queued()).toHaveLength(2);
});

test('the connection is good for the next request', async () => {
  const client = await openRaw(producer.port);
  client.send(`${HEAD}Content-Length: 11\r\n\r\n{"input":1}`.repeat(3));
  await eventually(() => client.received.match(/"accepted"/g)?.length === 3);
  client.end();
});
