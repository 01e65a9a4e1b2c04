import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { type Document, documentOf, operationIn, referencesIn } from './document-of';
import { answersOf, LINES_TYPE, postLines } from './lines-of';
import { NUMBERS, ORDER, order } from './order-type';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let producer: TestProducer;
let document: Document;

beforeAll(async () => {
  producer = await startProducer(broker(), { definitions: [ADD_ONE, ORDER, NUMBERS] });
  document = await documentOf(producer);
});
afterAll(async () => {
  await producer.close();
});

const JSON_TYPE = 'application/json';
const OPEN = ['400', '405', '408', '417', '421', '429', '431', '500'];
const COMMON = ['401', ...OPEN];
const JOBS = ['200', '202', '413', '415', '422', '503', ...COMMON];

const OPERATIONS: [string, string, string, string[]][] = [
  ['post', '/', 'add-one-in-place', ['200', '413', '415', ...COMMON]],
  ['post', '/produce', 'produce', JOBS],
  ['post', '/jobs/add-one', 'queue-add-one', JOBS],
  ['post', '/jobs/order', 'queue-order', JOBS],
  ['post', '/jobs/numbers', 'queue-numbers', JOBS],
  ['get', '/results/{id}', 'get-result', ['200', '202', '404', '503', ...COMMON]],
  ['get', '/health/live', 'live', ['200', ...OPEN]],
  ['get', '/health/ready', 'ready', ['200', '503', ...OPEN]],
];

const isBulk = (path: string): boolean => path === '/produce' || path.startsWith('/jobs/');

test.each(OPERATIONS)(
  '%s %s documents every status, each with schema or example',
  (...[method, path, id, statuses]) => {
    const operation = operationIn(document, method, path);
    expect(operation.operationId).toBe(id);
    expect(Object.keys(operation.responses).sort()).toEqual([...statuses].sort());
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      const [[type, body] = []] = Object.entries(content);
      const good = isBulk(path) && status === '200' ? LINES_TYPE : 'application/json';
      expect(type).toBe(Number(status) < 400 ? good : 'application/problem+json');
      expect(body).toHaveProperty('schema');
    }
  },
);

test('nothing else is documented, and what is referred to is there', () => {
  expect(Object.keys(document.paths).sort()).toEqual(OPERATIONS.map(([, path]) => path).sort());
  const names = referencesIn(document);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
});

test('the bodies say their fields and limits', () => {
  const { schemas } = document.components;
  expect(Object.keys(schemas['order.request']?.properties ?? {}).sort()).toEqual(['delaySeconds', 'group', 'input']);
  expect(Object.keys(schemas['order.line']?.properties ?? {}).sort()).toEqual([
    'delaySeconds',
    'group',
    'idempotencyKey',
    'input',
  ]);
  for (const name of ['order.request', 'order.line', 'add-one.request']) {
    expect(schemas[name]).toMatchObject({ required: ['input'], additionalProperties: false });
  }
  expect(schemas['order.input.Order']).toMatchObject({ required: ['address', 'items'], additionalProperties: false });
  expect(schemas['add-one.request']?.properties?.['input']).toMatchObject({
    type: 'number',
    minimum: -9007199254740991,
    maximum: 9007199254740990,
  });
});

test('the body of POST / is documented too', () => {
  const content = operationIn(document, 'post', '/').requestBody?.content[JSON_TYPE];
  expect(content?.schema).toMatchObject({ required: ['input'], additionalProperties: false });
});

test.each([
  ['/produce', '16 KiB'],
  ['/jobs/order', '4 KiB'],
  ['/jobs/numbers', '100 KiB'],
])('%s says its limit of %s, in the document and to who exceeds it', async (path, limit) => {
  expect(operationIn(document, 'post', path).responses['413']?.description).toContain(limit);
  const response = await producer.post(path, ' '.repeat(102_401));
  expect(response.status).toBe(413);
  expect(((await response.json()) as { detail: string }).detail).toContain(limit);
});

test('a job that is done is told apart by its type, and then has the input and the result of it', () => {
  const { schemas } = document.components;
  expect(schemas['DoneJob']?.discriminator).toEqual({
    propertyName: 'type',
    mapping: Object.fromEntries(
      ['add-one', 'order', 'numbers'].map((type) => [type, `#/components/schemas/${type}.done`]),
    ),
  });
  expect(schemas['numbers.done']?.properties).toMatchObject({
    type: { enum: ['numbers'] },
    input: { type: 'array' },
    result: { type: 'integer' },
  });
});

test('what is documented of a job that is done is what is answered', async () => {
  const { id } = (await (await producer.post('/jobs/order', JSON.stringify({ input: order }))).json()) as {
    id: string;
  };
  await producer.records.once({ id, type: 'order', input: order }, { result: 'sent' });
  const answer = (await (await producer.get(`/results/${id}`)).json()) as object;
  expect(answer).toMatchObject({ type: 'order', input: order, result: 'sent' });
  expect(Object.keys(answer).sort()).toEqual(document.components.schemas['order.done']?.required?.toSorted());
});

test('server, licence and tags are named', () => {
  expect(document).toMatchObject({
    servers: [{ url: '/' }],
    info: { license: { name: 'MIT' } },
    tags: [{ name: 'jobs' }, { name: 'health' }],
  });
});

test('the examples of the docs work', async () => {
  const { [JSON_TYPE]: json, [LINES_TYPE]: lines } =
    operationIn(document, 'post', '/produce').requestBody?.content ?? {};
  expect((await producer.post('/produce', JSON.stringify(json?.example))).status).toBe(202);
  const answers = await answersOf(await postLines(producer, String(lines?.example)));
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
  const { content = {} } = operationIn(document, 'get', '/results/{id}').responses['200'] ?? {};
  expect(content[JSON_TYPE]?.examples).toMatchObject({
    'add-one': { value: { type: 'add-one', input: 1, result: 2 } },
  });
});

test('the docs page and its parts are served', async () => {
  const page = await (await producer.get('/docs')).text();
  const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, part = '']) => new URL(part, `${producer.url}/docs`),
  );
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect((await fetch(part)).status).toBe(200);
});

describe('the docs page', () => {
  test('takes scripts, styles and answers from here only, and no frame', async () => {
    const policy = (await producer.get('/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  test('has nothing inline', async () => {
    const page = await (await producer.get('/docs')).text();
    expect(page).not.toMatch(/<style|style=|<script(?! src=)| on\w+=/);
  });

  test('/docs/ has the same parts', async () => {
    const page = await (await producer.get('/docs/')).text();
    const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, part = '']) => new URL(part, `${producer.url}/docs/`),
    );
    for (const part of parts) expect((await fetch(part)).status).toBe(200);
  });

  test('its parts may be cached for a while, anything else may not', async () => {
    const cached = async (path: string): Promise<string | null> =>
      (await producer.get(path)).headers.get('cache-control');
    expect(await cached('/docs/swagger-ui.css')).toBe('public, max-age=3600');
    for (const path of ['/docs', '/openapi.json', '/health/live', '/nope', '/results/x', '/%']) {
      expect([path, await cached(path)]).toEqual([path, 'no-store']);
    }
  });
});
