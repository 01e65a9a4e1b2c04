import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from './problem-response';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let producer: TestProducer;
afterEach(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

const post = (body: string, key?: string): Promise<Response> =>
  producer.post('/produce', body, key === undefined ? {} : { 'idempotency-key': key });

const delayOf = (delaySeconds: unknown): string => JSON.stringify({ input: 1, delaySeconds });

describe('on a standard queue', () => {
  beforeEach(async () => {
    producer = await startProducer(broker());
  });

  test.each(['0', '-0', '900', '9e2', '60.0'])('delaySeconds %s is taken', async (text) => {
    expect((await post(`{"input":1,"delaySeconds":${text}}`)).status).toBe(202);
  });

  test.each(['"5"', '1.5', 'null', '-1', '901', '1e309', 'true', '[5]', '{}', '""', '5e-324'])(
    'delaySeconds %s is refused, with a pointer',
    async (text) => {
      const { errors } = await expectProblemResponse(await post(`{"input":1,"delaySeconds":${text}}`), 400);
      expect(errors).toEqual([expect.objectContaining({ pointer: '/delaySeconds' })]);
      expect(await broker().depth(producer.queues.queueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    },
  );

  test('a delayed job waits on the queue, is pending, and comes later', async () => {
    const { id } = (await (await post(delayOf(1))).json()) as { id: string };
    expect((await producer.get(`/results/${id}`)).status).toBe(202);
    const { visible, delayed } = await broker().depth(producer.queues.queueUrl);
    expect(visible + delayed).toBe(1);
    await eventually(async () => (await producer.queuedIds(broker())).includes(id));
  });

  test('900 s: the message is delayed', async () => {
    await post(delayOf(900));
    expect(await broker().depth(producer.queues.queueUrl)).toMatchObject({ visible: 0, delayed: 1 });
  });

  test('the same Idempotency-Key with another delay, or none, is another body', async () => {
    const first: unknown = await (await post(delayOf(900), 'k')).json();
    expect(await (await post(delayOf(900), 'k')).json()).toEqual(first);
    await expectProblemResponse(await post(delayOf(899), 'k'), 422);
    await expectProblemResponse(await post('{"input":1}', 'k'), 422);
    await expectProblemResponse(await post('{"input":1,"group":"900"}', 'k'), 422);
    expect(await broker().depth(producer.queues.queueUrl)).toMatchObject({ visible: 0, delayed: 1 });
  });

  test('a key that was first used without a delay is not taken with one', async () => {
    await post('{"input":1,"group":"g"}', 'k');
    await expectProblemResponse(await post('{"input":1,"group":"g","delaySeconds":900}', 'k'), 422);
    expect((await post('{"input":1,"group":"g"}', 'k')).status).toBe(202);
  });
});

test.each([0, 5])('on a FIFO queue delaySeconds %s is refused', async (delaySeconds) => {
  producer = await startProducer(broker(), { fifo: true });
  for (const key of [undefined, 'k']) {
    const { errors } = await expectProblemResponse(await post(delayOf(delaySeconds), key), 400);
    expect(errors).toEqual([expect.objectContaining({ pointer: '/delaySeconds' })]);
  }
  expect(await broker().isEmpty(producer.queues.queueUrl)).toBe(true);
  // The refused key is free: nothing was claimed.
  expect((await post('{"input":1}', 'k')).status).toBe(202);
});
