import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { documentOf, operationIdsIn, referencesIn } from './document-of';
import { NUMBERS, ORDER } from './order-type';
import { expectProblemResponse } from './problem-response';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
const DEFINITIONS = [ADD_ONE, ORDER, NUMBERS];
let producer: TestProducer;
afterEach(() => producer.close());

describe('with API keys', () => {
  beforeEach(async () => {
    producer = await startProducer(broker(), { definitions: DEFINITIONS, environment: { apiKeys: ['right-key'] } });
  });

  test.each([
    ['none', {}],
    ['a wrong one', { 'x-api-key': 'wrong-key' }],
    ['a wrong one beside a right one', { authorization: 'Bearer right-key', 'x-api-key': 'wrong-key' }],
  ])('%s: the types are not named', async (_, headers: Record<string, string>) => {
    const text = await (await producer.get('/openapi.json', headers)).text();
    expect(/numbers\.|order\.(request|input)|queue-order|jobs\/(order|numbers)|sku|street/.test(text)).toBe(false);
    const document = await documentOf(producer, headers);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/produce', '/jobs/{type}']));
    expect(document.paths['/jobs/{type}']?.['post']).toMatchObject({
      operationId: 'queue-job',
      parameters: [{ name: 'type', in: 'path', required: true }, { name: 'Idempotency-Key' }],
      responses: { 404: {} },
    });
    expect(referencesIn(document).filter((name) => !(name in document.components.schemas))).toEqual([]);
    expect(new Set(operationIdsIn(document)).size).toBe(operationIdsIn(document).length);
  });

  test('a right one, after who had none: the whole document', async () => {
    await documentOf(producer);
    const document = await documentOf(producer, { 'x-api-key': 'right-key' });
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/jobs/order', '/jobs/numbers']));
    expect(document.paths).not.toHaveProperty('/jobs/{type}');
    expect(operationIdsIn(await documentOf(producer))).toContain('queue-job');
  });

  test('a type is found out by no answer: one that is there and one that is not are both 401', async () => {
    const answers = await Promise.all(
      ['/jobs/order', '/jobs/none', '/jobs/'].map(async (path) => {
        const response = await producer.post(path, '{}');
        return [response.status, (await expectProblemResponse(response, 401)).detail];
      }),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
  });
});
