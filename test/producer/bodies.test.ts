import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblemResponse } from './problem-response';

const INPUT_MIN = -9_007_199_254_740_991;
const INPUT_MAX = 9_007_199_254_740_990;

const broker = withBroker();
let producer: TestProducer;

beforeAll(async () => {
  producer = await startProducer(broker(), { definitions: [ADD_ONE] });
});
afterAll(async () => {
  await producer.close();
});

const inputOf = (text: string): string => `{"input":${text}}`;
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const manyKeys = (count: number): string =>
  `{"input":1,${Array.from({ length: count }, (_, n) => `"${n.toString(36)}":1`).join(',')}}`;

const ACCEPTED = ['1', '-0', '0', '0.5', '1e3', '1E-400', '-1.5e+2', '1.0', String(INPUT_MAX), String(INPUT_MIN)];

const REFUSED: [string, string | Uint8Array<ArrayBuffer>][] = [
  ...['"5"', 'null', 'true', 'false', '""', '[5]', '[]', '{}', '{"valueOf":1}', '"NaN"', '"1e3"'].map(
    (text): [string, string] => [`input ${text}`, inputOf(text)],
  ),
  ['no input', '{}'],
  ...['NaN', 'Infinity', '-Infinity', '01', '+1', '.5', '1.', '0x10', '0b1', '1_000', '1n', '--1', '1e', '٣'].map(
    (text): [string, string] => [`input ${text}`, inputOf(text)],
  ),
  ['trailing comma', '{"input":1,}'],
  ['comment', '{"input":1/* one */}'],
  ['line comment', '{"input":1}//'],
  ['single quotes', "{'input':1}"],
  ['bare key', '{input:1}'],
  ['two documents', '{"input":1}{"input":2}'],
  ['two lines of JSON', '{"input":1}\n{"input":2}'],
  ['empty', ''],
  ['whitespace', ' \n\t '],
  ['no-break space', '\u00a0{"input":1}'],
  ['1e309', inputOf('1e309')],
  ['-1e309', inputOf('-1e309')],
  ['2^53', inputOf('9007199254740992')],
  ['one above the range', inputOf('9007199254740991')],
  ['one below the range', inputOf('-9007199254740992')],
  ['2^53+1', inputOf('9007199254740993')],
  ['2^64', inputOf('18446744073709551616')],
  ['100 digits', inputOf('9'.repeat(100))],
  ['root array', '[{"input":1}]'],
  ['root number', '1'],
  ['root string', '"input"'],
  ['root null', 'null'],
  ['root true', 'true'],
  ...['x', 'toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf', 'Input', 'input ', ''].map(
    (name): [string, string] => [`unknown field "${name}"`, JSON.stringify({ input: 1, [name]: 0 })],
  ),
  ['__proto__ with members', '{"input":1,"__proto__":{"group":"g"}}'],
  ['input by __proto__', '{"__proto__":{"input":1}}'],
  ['nested 33 deep', inputOf(deep(32))],
  ['nested 1,400 deep', inputOf(deep(1_340))],
  ['nested 8,000 deep, open', '['.repeat(8_000)],
  ['1,500 unknown keys', manyKeys(1_500)],
  ['invalid UTF-8', new Uint8Array([...Buffer.from('{"input":1,"a":"'), 0xff, ...Buffer.from('"}')])],
  ['surrogate in UTF-8', new Uint8Array([...Buffer.from('{"input":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
  ['overlong UTF-8', new Uint8Array([...Buffer.from('{"input":"'), 0xc0, 0xaf, ...Buffer.from('"}')])],
  ['UTF-16', new Uint8Array(Buffer.from('{"input":1}', 'utf16le'))],
  ['byte order mark', '\ufeff{"input":1}'],
  ['raw NUL', '{"input":1}\u0000'],
  ['NUL within', '{"in\u0000put":1}'],
  ['raw newline in a string', '{"input":1,"a":"\n"}'],
];

const REFUSED_GROUPS = [
  '""',
  '" "',
  'null',
  '1',
  '["a"]',
  '"é"',
  '"a b"',
  '"\\n"',
  JSON.stringify('g'.repeat(129)),
  '{}',
];

describe.each(['/', '/produce'])('bodies of POST %s', (path) => {
  test.each(ACCEPTED)('input %s is accepted', async (text) => {
    const response = await producer.post(path, inputOf(text));
    expect(response.status).toBe(path === '/' ? 200 : 202);
    const body = await response.json();
    if (path === '/') expect(body).toEqual({ input: Number(text) + 0, result: Number(text) + 1 });
  });

  test.each(REFUSED)('%s is refused', async (_, body) => {
    const response = await producer.post(path, body);
    await expectProblemResponse(response, 400);
  });

  test('8,000 unknown keys are refused', async () => {
    await expectProblemResponse(await producer.post(path, manyKeys(8_000)), 413);
  });

  test('over 16 KiB is refused, exactly 16 KiB is not', async () => {
    const padded = (bytes: number): string => `{"input":1}${' '.repeat(bytes - 11)}`;
    await expectProblemResponse(await producer.post(path, padded(16_385)), 413);
    expect((await producer.post(path, padded(16_384))).ok).toBe(true);
  });
});

test.each(REFUSED_GROUPS)('group %s is refused', async (group) => {
  const problem = await expectProblemResponse(await producer.post('/produce', `{"input":1,"group":${group}}`), 400);
  expect(problem.errors).toEqual([expect.objectContaining({ pointer: '/group' })]);
});

test('group is not a field of POST /', async () => {
  await expectProblemResponse(await producer.post('/', '{"input":1,"group":"g"}'), 400);
});

test('what was sent is not repeated', async () => {
  const marker = 'zq-marker-7';
  for (const body of [`{"input":"${marker}"}`, `{"${marker}":1}`, `{${marker}`, `{"input":1,"group":"${marker} "}`]) {
    const response = await producer.post('/produce', body);
    expect(await response.text()).not.toContain(marker);
  }
  expect(await (await producer.get(`/${marker}`)).text()).not.toContain(marker);
  expect(await (await producer.get(`/results/${marker}`)).text()).not.toContain(marker);
});

test('a refused body pollutes no prototype', () => {
  expect(({} as Record<string, unknown>)['group']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('what was queued is what was accepted, -0 as 0, and nothing was a fault of ours', async () => {
  const messages = await broker().receiveAll(producer.queues.queueUrl);
  const inputs = messages.map(({ Body = '' }) => (JSON.parse(Body) as { input: number }).input);
  // And the body of exactly 16 KiB.
  const accepted = [...ACCEPTED.map((text) => Number(text) + 0), 1];
  expect(inputs.sort()).toEqual(accepted.sort());
  expect(producer.errors).toEqual([]);
});
