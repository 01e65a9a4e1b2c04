import { noEmulator } from '../../experiments/rig/lambda/emulator';
import { type ApiRequest, toApiEvent } from '../../experiments/rig/lambda/events';
import { type TestQueues, withBroker } from '../harness/broker';
import { LambdaFunction } from './lambda-function';

const broker = withBroker();

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const emulated = noEmulator === undefined ? describe : describe.skip;

async function answerOf(lambda: LambdaFunction, request: ApiRequest): Promise<Response> {
  const answer = await lambda.invoke(toApiEvent(request));
  if ('error' in answer) throw new Error(answer.error);
  return answer.payload as Response;
}

emulated('the producer behind an HTTP API, emulated', () => {
  let queues: TestQueues;
  let lambda: LambdaFunction;
  beforeAll(async () => {
    queues = await broker().createQueues();
    lambda = await LambdaFunction.emulatedProducer({ ...queues.env, API_KEYS: 'secret' });
  });
  afterAll(() => lambda.stop());

  const ask = (request: ApiRequest): Promise<Response> =>
    answerOf(lambda, { ...request, headers: { 'x-api-key': 'secret', ...request.headers } });

  it('POST /produce queues a job, and GET /results tells of it', async () => {
    const { statusCode, body, headers } = await ask({ method: 'POST', path: '/produce', body: '{"input":41}' });
    expect(statusCode).toBe(202);
    const { id } = JSON.parse(body) as { id: string };
    expect(headers['location']).toBe(`/results/${id}`);
    const [message] = await broker().receiveAll(queues.queueUrl);
    expect(JSON.parse(message?.Body ?? '')).toEqual({ id, input: 41 });
    expect(await ask({ method: 'GET', path: `/results/${id}` })).toMatchObject({ statusCode: 202 });
  });

  it('POST / answers at once', async () => {
    const { statusCode, body } = await ask({ method: 'POST', path: '/', body: '{"input":1}' });
    expect([statusCode, JSON.parse(body)]).toEqual([200, { input: 1, result: 2 }]);
  });

  it.each([
    ['a wrong key', 401, { method: 'POST', path: '/produce', body: '{"input":1}', headers: { 'x-api-key': 'wrong' } }],
    ['no such path', 404, { method: 'GET', path: '/nowhere' }],
    ['a wrong method', 405, { method: 'GET', path: '/produce' }],
    ['too large a body', 413, { method: 'POST', path: '/produce', body: `{"input":1,"x":"${'x'.repeat(20_000)}"}` }],
    ['no JSON', 415, { method: 'POST', path: '/produce', body: 'x', headers: { 'content-type': 'text/plain' } }],
  ] as const)('%s: %d as a problem, not as a failed invocation', async (_, status, request) => {
    const answer = await ask(request);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

emulated('the producer behind an HTTP API that checks callers, emulated', () => {
  let lambda: LambdaFunction;
  beforeAll(async () => {
    const { env } = await broker().createQueues();
    lambda = await LambdaFunction.emulatedProducer({ ...env, CALLER_FROM: 'request-context', HOST: '127.0.0.1' });
  });
  afterAll(() => lambda.stop());

  const produce = (authorizer?: object, headers: Record<string, string> = {}): Promise<Response> =>
    answerOf(lambda, {
      method: 'POST',
      path: '/produce',
      body: '{"input":1}',
      headers: { 'idempotency-key': 'order-1', ...headers },
      ...(authorizer && { authorizer }),
    });
  const idOf = async (...request: Parameters<typeof produce>): Promise<string> => {
    const { statusCode, body } = await produce(...request);
    expect({ statusCode, body }).toMatchObject({ statusCode: 202 });
    return (JSON.parse(body) as { id: string }).id;
  };

  const ann = { iam: { userArn: 'arn:aws:iam::123456789012:user/ann', accountId: '123456789012' } };
  const bob = { jwt: { claims: { sub: 'bob', iss: 'https://issuer.example.com' }, scopes: null } };

  it('keeps the Idempotency-Keys of two callers apart', async () => {
    const id = await idOf(ann);
    expect(await idOf(ann)).toBe(id);
    expect(await idOf(bob)).not.toBe(id);
  });

  it('believes no context that a caller sends itself', async () => {
    const forged = { 'x-amzn-request-context': JSON.stringify({ authorizer: ann }) };
    expect(await produce(undefined, forged)).toMatchObject({ statusCode: 401 });
    expect(await idOf(bob, forged)).toBe(await idOf(bob));
  });
});
