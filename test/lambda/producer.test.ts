import { noEmulator } from '../../experiments/lambda/emulator';
import { type ApiRequest, toApiEvent } from '../../experiments/lambda/events';
import { type TestQueues, withBroker } from '../harness/broker';
import { LambdaFunction } from './lambda-function';

const broker = withBroker();

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

(noEmulator === undefined ? describe : describe.skip)('the producer behind an HTTP API, emulated', () => {
  let queues: TestQueues;
  let lambda: LambdaFunction;
  beforeAll(async () => {
    queues = await broker().createQueues();
    lambda = await LambdaFunction.emulatedProducer({ ...queues.env, API_KEYS: 'secret' });
  });
  afterAll(() => lambda.stop());

  async function ask(request: ApiRequest): Promise<Response> {
    const headers = { 'x-api-key': 'secret', ...request.headers };
    const answer = await lambda.invoke(toApiEvent({ ...request, headers }));
    if ('error' in answer) throw new Error(answer.error);
    return answer.payload as Response;
  }

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
