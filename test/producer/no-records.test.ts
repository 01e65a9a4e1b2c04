import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { documentOf } from './document-of';
import { answersOf, postLines } from './lines-of';
import { ORDER } from './order-type';
import { expectProblemResponse } from './problem-response';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let producer: TestProducer;

beforeAll(async () => {
  const environment = { results: 'none' };
  producer = await startProducer(broker(), { environment, definitions: [ADD_ONE, ORDER] });
});
afterAll(async () => {
  expect(producer.errors).toEqual([]);
  await producer.close();
});

test('jobs are queued, and nothing says where a result would be', async () => {
  const response = await producer.post('/produce', '{"input":1}');
  expect([response.status, response.headers.get('location')]).toEqual([202, null]);
  const { id } = (await response.json()) as { id: string };
  expect(await producer.queuedIds(broker())).toEqual([id]);
  await expectProblemResponse(await producer.get(`/results/${id}`), 404);
});

test('an Idempotency-Key is refused in a sentence, in bulk for its line', async () => {
  const single = await producer.post('/produce', '{"input":1}', { 'idempotency-key': 'k' });
  const { detail } = await expectProblemResponse(single, 400);
  expect(detail).toContain('RESULTS=none');
  const lines = '{"input":1,"idempotencyKey":"k"}\n{"input":1}\n';
  const answers = await answersOf(await postLines(producer, lines));
  expect(answers).toMatchObject([{ status: 400, detail, line: 1 }, { status: 'accepted' }]);
  expect(await producer.queuedIds(broker())).toEqual([answers[1]?.id]);
});

test('it is ready without a store', async () => {
  expect((await producer.get('/health/ready')).status).toBe(200);
});

test('the document has neither results nor keys', async () => {
  const document = await documentOf(producer);
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/produce', '/jobs/order']));
  expect(document.paths).not.toHaveProperty('/results/{id}');
  expect(JSON.stringify(document).match(/.{20}(idempotency-?key|DoneJob|Location).{20}/gi)).toBeNull();
});
