import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { startProducer, type TestProducer } from './test-producer';

interface Operation {
  readonly responses: Readonly<
    Record<string, { content?: Record<string, { schema?: unknown; example?: unknown; examples?: unknown }> }>
  >;
  readonly requestBody?: { content: Record<string, unknown> };
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { schemas: Record<string, { properties?: Record<string, object>; required?: string[] }> };
}

const broker = withBroker();
let producer: TestProducer;
let document: Document;

beforeAll(async () => {
  producer = await startProducer(broker(), { definitions: [ADD_ONE] });
  document = (await (await producer.get('/openapi.json')).json()) as Document;
});
afterAll(async () => {
  await producer.close();
});

const OPEN = ['400', '405', '408', '417', '421', '429', '431', '500'];
const COMMON = ['401', ...OPEN];

test.each([
  ['post', '/', ['200', '413', '415', ...COMMON]],
  ['post', '/produce', ['202', '413', '415', '422', '503', ...COMMON]],
  ['get', '/results/{id}', ['200', '202', '404', '503', ...COMMON]],
  ['get', '/health/live', ['200', ...OPEN]],
  ['get', '/health/ready', ['200', '503', ...OPEN]],
])('%s %s documents every status, each with schema or example', (method, path, statuses) => {
  const operation = document.paths[path]?.[method];
  expect(Object.keys(operation?.responses ?? {}).sort()).toEqual([...statuses].sort());
  for (const [status, { content = {} }] of Object.entries(operation?.responses ?? {})) {
    const [[type, body] = []] = Object.entries(content);
    expect(type).toBe(Number(status) < 400 ? 'application/json' : 'application/problem+json');
    expect(body).toHaveProperty('schema');
  }
});

test('nothing else is documented, and what is referred to is there', () => {
  expect(Object.keys(document.paths).sort()).toEqual([
    '/',
    '/health/live',
    '/health/ready',
    '/produce',
    '/results/{id}',
  ]);
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name = '']) => name,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const name of references) expect(document.components.schemas).toHaveProperty(name);
});

test('the bodies say their fields and limits', () => {
  const { ProduceRequest, AddOneRequest } = document.components.schemas;
  expect(Object.keys(ProduceRequest?.properties ?? {}).sort()).toEqual(['group', 'input']);
  expect(ProduceRequest?.required).toEqual(['input']);
  expect(AddOneRequest?.properties?.['input']).toMatchObject({
    type: 'number',
    minimum: -9007199254740991,
    maximum: 9007199254740990,
  });
});

test('the bodies take no unknown field', () => {
  const { ProduceRequest, AddOneRequest } = document.components.schemas;
  for (const schema of [ProduceRequest, AddOneRequest]) expect(schema).toHaveProperty('additionalProperties', false);
});

test('server, licence and tags are named', () => {
  expect(document).toMatchObject({
    servers: [{ url: '/' }],
    info: { license: { name: 'MIT' } },
    tags: [{ name: 'jobs' }, { name: 'health' }],
  });
});

test('the example of the docs works', async () => {
  const { ProduceRequest } = document.components.schemas;
  const properties = Object.entries(ProduceRequest?.properties ?? {}) as [string, { example?: unknown }][];
  const body = Object.fromEntries(properties.map(([name, { example }]) => [name, example]));
  expect((await producer.post('/produce', JSON.stringify(body))).status).toBe(202);
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
