import { withBroker } from '../harness/broker';
import { TEST_JOB } from '../harness/jobs';
import { answersOf, idsOf, postLines, toLines } from './lines-of';
import { NUMBERS, ORDER, order } from './order-type';
import { expectProblemResponse } from './problem-response';
import { sendRaw } from './raw';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
const DEFINITIONS = [TEST_JOB, ORDER, NUMBERS];
let producer: TestProducer;

beforeAll(async () => {
  producer = await startProducer(broker(), { definitions: DEFINITIONS });
});
afterAll(async () => {
  await producer.close();
});
afterEach(() => {
  expect(producer.errors).toEqual([]);
});

const post = (type: string, body: unknown, key?: string): Promise<Response> =>
  producer.post(`/jobs/${type}`, JSON.stringify(body), key === undefined ? {} : { 'idempotency-key': key });

const postOrder = (input: unknown): Promise<Response> => post('order', { input });

async function idOf(response: Response): Promise<string> {
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

test('a job of a type is queued under its type and version, its input as it was sent', async () => {
  const input = { ...order, due: '2026-11-28' };
  const response = await postOrder(input);
  const id = await idOf(response.clone());
  expect(response.headers.get('location')).toBe(`/results/${id}`);
  const [message] = await broker().receiveAll(producer.queues.queueUrl);
  expect(JSON.parse(message?.Body ?? '')).toEqual({ id, input });
  expect(message?.MessageAttributes).toMatchObject({ type: { StringValue: 'order' }, version: { StringValue: '3' } });
});

const item = order.items[0];

const REFUSED: [string, unknown, string[]][] = [
  ['no input', undefined, ['/input']],
  ['null', null, ['/input']],
  ['an array', [order], ['/input']],
  ['a number', 1, ['/input']],
  ['an empty object', {}, ['/input/address', '/input/items']],
  ['an address that is text', { ...order, address: 'Main St 1' }, ['/input/address']],
  ['an address that is an array', { ...order, address: [order.address] }, ['/input/address']],
  ['an unknown country', { ...order, address: { ...order.address, country: 'xx' } }, ['/input/address/country']],
  ['an unknown field, nested', { ...order, address: { ...order.address, zip: 1 } }, ['/input/address']],
  ['an unknown field', { ...order, note: '' }, ['/input']],
  ['toString, nested', { ...order, address: { ...order.address, toString: 1 } }, ['/input/address']],
  ['no items', { ...order, items: [] }, ['/input/items']],
  ['items that are an object', { ...order, items: { 0: item } }, ['/input/items']],
  ['a second item without a count', { ...order, items: [item, { sku: 'b' }] }, ['/input/items/1/count']],
  ['a null among the items', { ...order, items: [item, null] }, ['/input/items/1']],
  ['an array among the items', { ...order, items: [[item]] }, ['/input/items/0']],
  ['a count as text', { ...order, items: [{ sku: 'a', count: '2' }] }, ['/input/items/0/count']],
  ['a day that is none', { ...order, due: '2026-02-30' }, ['/input/due']],
];

test.each(REFUSED)('%s: 400, with pointers into the input', async (_, input, pointers) => {
  const { errors = [] } = await expectProblemResponse(await postOrder(input), 400);
  expect([...new Set(errors.map(({ pointer }) => pointer))].sort()).toEqual(pointers);
  const [line] = await answersOf(await postLines(producer, toLines([{ input }]), { path: '/jobs/order' }));
  expect(line).toMatchObject({ status: 400, line: 1, errors });
});

const PROTO = '"__proto__":{"country":"de","polluted":1}';

test.each([
  ['at the root', `{"input":${JSON.stringify(order)},${PROTO}}`],
  ['in the input', `{"input":{"items":[{"sku":"a","count":1}],"address":{"street":"s","country":"de"},${PROTO}}}`],
  ['instead of a field', `{"input":{"items":[{"sku":"a","count":1}],"address":{"street":"s",${PROTO}}}}`],
  ['in an item', `{"input":{"items":[{"sku":"a","count":1,${PROTO}}],"address":{"street":"s","country":"de"}}}`],
  ['as constructor', `{"input":{"items":[{"sku":"a","count":1,"constructor":{"prototype":{"polluted":1}}}]}}`],
])('__proto__ %s: 400, and nothing is polluted', async (_, body) => {
  await expectProblemResponse(await producer.post('/jobs/order', body), 400);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('500 bad items: ten faults, a small answer', async () => {
  const input = Array.from({ length: 500 }, () => 'x');
  const { errors } = await expectProblemResponse(await post('numbers', { input }), 400);
  expect(errors).toHaveLength(10);
});

test('an array of 10,000 is taken where its type allows it, 10,001 are not', async () => {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
  await idOf(await post('numbers', { input: numbers(10_000) }));
  const { errors } = await expectProblemResponse(await post('numbers', { input: numbers(10_001) }), 400);
  expect(errors).toEqual([expect.objectContaining({ pointer: '/input' })]);
  await expectProblemResponse(await post('order', { input: { ...order, items: Array(10_000).fill(item) } }), 413);
});

describe('limits of a type', () => {
  const padded = (bytes: number): string => JSON.stringify({ input: order }).padEnd(bytes);

  test('its limit is taken, a byte more is 413', async () => {
    expect((await producer.post('/jobs/order', padded(4_096))).status).toBe(202);
    const { detail } = await expectProblemResponse(await producer.post('/jobs/order', padded(4_097)), 413);
    expect(detail).toContain('4 KiB');
  });

  test('a line may be as long as a body', async () => {
    const body = `${padded(4_096)}\n${padded(4_097)}\n${padded(100)}`;
    const answers = await answersOf(await postLines(producer, body, { path: '/jobs/order' }));
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 413, 'accepted']);
    expect(answers[1]?.detail).toContain('4 KiB');
  });

  test('one that grows when it is stored: 413, which says so', async () => {
    const input = `[${Array(9_000).fill('9e20').join(',')}]`;
    for (const body of [`{"input":${input}}`]) {
      expect(body.length).toBeLessThan(100 * 1_024);
      const { detail } = await expectProblemResponse(await producer.post('/jobs/numbers', body), 413);
      expect(detail).toContain('100 KiB');
      const [line] = await answersOf(await postLines(producer, body, { path: '/jobs/numbers' }));
      expect(line).toMatchObject({ status: 413, detail });
    }
  });

  test('10 GB declared: 413 at once, closed, by whichever limit', async () => {
    for (const type of ['order', 'numbers']) {
      const head = `POST /jobs/${type} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
      const answer = await sendRaw(producer.port, `${head}Content-Length: 10737418240\r\n\r\n{`);
      expect(answer).toMatchObject({ status: 413, closed: true });
    }
  });
});

describe('paths', () => {
  test.each(['none', 'Order', 'order ', 'toString', '__proto__', 'order/', 'order/x', '%6Frder%00', ''])(
    'POST /jobs/%s: 404, before the body is read',
    async (type) => {
      const path = `/jobs/${type.replaceAll(' ', '%20')}`;
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
      const answer = await sendRaw(producer.port, `${head}Content-Length: 10737418240\r\n\r\n`);
      expect(answer).toMatchObject({ status: 404, closed: true });
    },
  );

  test('one of no job type says where they are listed', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${producer.url}/jobs/none`, { method: 'POST', headers, body: '{"input":1}' });
    const { detail } = await expectProblemResponse(response, 404);
    expect(detail).toBe('There is no job type of this name; /docs lists those there are.');
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s: 405, allowing POST', async (method) => {
    const response = await fetch(`${producer.url}/jobs/order`, { method });
    await expectProblemResponse(response, 405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('keys', () => {
  // As they were when there was one type: keys in use stay what they are.
  test.each([
    ['k', '3f2dea26-af38-82d3-aaae-179fc36b0a61'],
    ['order-4711', '09f58995-0dd7-8be5-a4e8-2eb35e6e0439'],
  ])('add-one: the id of key %s is the one it always had', async (key, id) => {
    expect(await idOf(await post('add-one', { input: 1 }, key))).toBe(id);
    expect(await idOf(await producer.post('/produce', '{"input":1}', { 'idempotency-key': key }))).toBe(id);
  });

  test('the same key is another job for another type', async () => {
    const ids = [
      await idOf(await post('add-one', { input: 1 }, 'same')),
      await idOf(await post('order', { input: order }, 'same')),
      await idOf(await post('numbers', { input: [1] }, 'same')),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(await idOf(await post('order', { input: order }, 'same'))).toBe(ids[1]);
  });

  test('the order of an object says nothing: the same input, written otherwise, is the same body', async () => {
    const id = await idOf(await post('order', { input: order }, 'written'));
    const { address, items } = order;
    expect(await idOf(await post('order', { input: { items, address } }, 'written'))).toBe(id);
    await expectProblemResponse(
      await post('order', { input: { items: [...items, ...items], address } }, 'written'),
      422,
    );
  });
});

test('jobs in bulk, of a type that nests', async () => {
  const lines = Array.from({ length: 50 }, (_, n) => ({ input: order, group: `g${n % 5}`, idempotencyKey: `b${n}` }));
  const answers = await answersOf(await postLines(producer, toLines(lines), { path: '/jobs/order' }));
  expect(new Set(idsOf(answers)).size).toBe(50);
});
