import { type Environment } from '../../contract/environment';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { keyedJobId } from '../../results/job-id';
import { withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from './problem-response';
import { sendRaw } from './raw';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let producer: TestProducer;

afterEach(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

type Headers = Record<string, string>;

const ROLE = 'arn:aws:sts::123456789012:assumed-role/orders';
const USER = 'arn:aws:iam::123456789012:user/ann';

const named = (name: string): Headers => ({ 'x-caller': name });
const token = (claims: object): Headers => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return { authorization: `Bearer ${part({ alg: 'RS256' })}.${part(claims)}.signature` };
};
const context = (authorizer: object): Headers => ({ 'x-amzn-request-context': JSON.stringify({ authorizer }) });

const start = async (environment: Partial<Environment>): Promise<void> => {
  producer = await startProducer(broker(), { environment });
};

const produce = (headers: Headers, key = 'order-1'): Promise<Response> =>
  producer.post('/produce', '{"input":10}', { 'idempotency-key': key, ...headers });

async function idOf(headers: Headers): Promise<string> {
  const response = await produce(headers);
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

interface Door {
  readonly environment: Partial<Environment>;
  /** Each another caller. */
  readonly callers: readonly Headers[];
  readonly nobody: readonly Headers[];
}

const DOORS: readonly (readonly [string, Door])[] = [
  [
    'a header that the front door overwrites',
    {
      environment: { callerFrom: 'header:x-caller' },
      callers: [named('ann'), named('bob'), named('anonymous'), named(USER), named(`${ROLE}/one`)],
      nobody: [{}, named(''), { caller: 'ann' }],
    },
  ],
  [
    'a token that the front door verified',
    {
      environment: { callerFrom: 'token' },
      callers: [token({ sub: 'ann' }), token({ sub: 'bob' }), token({ sub: 'élan' })],
      nobody: [{}, token({}), token({ sub: '' }), token({ sub: 7 }), named('ann'), { authorization: 'Bearer x.y.z' }],
    },
  ],
  [
    "the web adapter's request context",
    {
      environment: { callerFrom: 'request-context', onLambda: true },
      callers: [
        context({ iam: { userArn: USER } }),
        context({ iam: { userArn: `${ROLE}/one` } }),
        context({ iam: null, jwt: { claims: { sub: 'ann' } } }),
      ],
      nobody: [{}, context({}), context({ jwt: { claims: {} } }), { 'x-amzn-request-context': '{' }, named('ann')],
    },
  ],
];

describe.each(DOORS)('by %s', (_, { environment, callers, nobody }) => {
  test('the same Idempotency-Key of two callers is two jobs, of one caller one', async () => {
    await start(environment);
    const ids = await Promise.all(callers.map(idOf));
    expect(new Set(ids).size).toBe(callers.length);
    expect(await Promise.all(callers.map(idOf))).toEqual(ids);
  });

  test('a request of nobody is 401, and queues nothing', async () => {
    await start(environment);
    for (const headers of nobody) await expectProblemResponse(await produce(headers), 401);
    expect((await producer.get('/health/ready')).status).toBe(200);
    expect(await broker().isEmpty(producer.queues.queueUrl)).toBe(true);
  });

  test('each caller has a rate of its own', async () => {
    await start({ ...environment, rateLimitPerSecond: 5 });
    const [one = {}, other = {}] = callers;
    const burst = await Promise.all(Array.from({ length: 20 }, (_, key) => produce(one, `key-${key}`)));
    expect(burst.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(10);
    expect((await produce(other)).status).toBe(202);
  });
});

test('a caller with as many keyed jobs on their way as it may have is refused, another is not', async () => {
  const latch = new Latch();
  const proxy = await startFaultProxy(broker().endpoint);
  const answer = async <T>(forward: () => Promise<T>): Promise<T> => latch.opened.then(forward);
  proxy.rule('SendMessageBatch', () => ({ answer }));
  producer = await startProducer(broker(), {
    endpoint: proxy.endpoint,
    environment: { callerFrom: 'header:x-caller' },
  });
  let refused = 0;
  const count = async (asked: Promise<Response>): Promise<void> => {
    const response = await asked;
    if ((await response.text()).includes('Too many jobs with a key')) refused += 1;
    else expect(response.status).toBe(202);
  };
  const anns = Array.from({ length: 220 }, (_, n) => count(produce(named('ann'), `key-${n}`)));
  await eventually(() => refused === 20);
  const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
  const bobs = keys.map((key) => count(produce(named('bob'), key)));
  const ids = keys.map((key) => keyedJobId('named:bob', key));
  await eventually(async () => (await producer.records.getMany(ids)).length === ids.length);
  latch.open();
  await Promise.all([...anns, ...bobs]);
  expect(refused).toBe(20);
  await proxy.close();
});

test('the sessions of a role are one caller: its next task repeats what the last one began', async () => {
  await start({ callerFrom: 'header:x-caller' });
  const id = await idOf(named(`${ROLE}/task-1`));
  expect(await idOf(named(`${ROLE}/task-2`))).toBe(id);
  expect(await idOf(named(`${ROLE}-2/task-1`))).not.toBe(id);
});

test('a header sent beside that of the front door is nobody', async () => {
  await start({ callerFrom: 'header:x-caller' });
  const request = `POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11\r\n`;
  const { status } = await sendRaw(producer.port, `${request}X-Caller: ann\r\nX-Caller: bob\r\n\r\n{"input":1}`);
  expect(status).toBe(401);
});
