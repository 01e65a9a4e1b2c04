import { withBroker } from '../harness/broker';
import { expectProblemResponse } from './problem-response';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let producer: TestProducer;
afterEach(() => producer.close());

async function produce(body: unknown, key?: string): Promise<string> {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  const response = await producer.post('/produce', JSON.stringify(body), headers);
  const answer = (await response.json()) as { id: string };
  expect({ status: response.status, answer }).toMatchObject({ status: 202 });
  return answer.id;
}

/** Group and id of every job queued; a group's next is handed out only once the last is deleted. */
async function queued(): Promise<[string | undefined, string][]> {
  const { queueUrl } = producer.queues;
  const found: [string | undefined, string][] = [];
  for (;;) {
    const some = await broker().receive(queueUrl);
    if (some.length === 0) return found;
    found.push(
      ...some.map(({ Attributes: facts, Body }): [string | undefined, string] => [
        facts?.MessageGroupId,
        (JSON.parse(Body ?? '') as { id: string }).id,
      ]),
    );
    await broker().delete(queueUrl, some);
  }
}

describe('on a FIFO queue', () => {
  beforeEach(async () => {
    producer = await startProducer(broker(), { fifo: true });
  });

  test('jobs of a group are queued in the order they were accepted in', async () => {
    const ids: string[] = [];
    for (let input = 0; input < 12; input += 1) ids.push(await produce({ input, group: 'account-7' }));
    expect(await queued()).toEqual(ids.map((id) => ['account-7', id]));
  });

  test('without a group a job is a group of its own', async () => {
    const ids = [await produce({ input: 1 }), await produce({ input: 1 })];
    expect((await queued()).sort()).toEqual(ids.map((id) => [id, id]).sort());
  });

  test('a repeat of an Idempotency-Key, its record gone, is not queued twice within five minutes', async () => {
    const id = await produce({ input: 1, group: 'one' }, 'key');
    await producer.records.expire(Date.now() + 60_000);
    expect(await produce({ input: 1, group: 'one' }, 'key')).toBe(id);
    expect(await queued()).toEqual([['one', id]]);
  });
});

describe('on a standard queue', () => {
  beforeEach(async () => {
    producer = await startProducer(broker());
  });

  test('a group makes it a fair queue', async () => {
    const id = await produce({ input: 1, group: 'tenant-7' });
    expect((await queued()).map(([, one]) => one)).toEqual([id]);
  });

  test.each([[''], ['two words'], ['é'], ['x'.repeat(129)], [7], [null]])('the group %p is refused', async (group) => {
    const response = await producer.post('/produce', JSON.stringify({ input: 1, group }));
    await expectProblemResponse(response, 400);
  });
});
