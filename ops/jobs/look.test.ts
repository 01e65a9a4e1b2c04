import { startBroker, type TestBroker, type TestQueues } from '../../test/harness/broker';
import { eventually } from '../../test/harness/eventually';
import { HIDDEN_SECONDS, Look } from './look';

/**
 * Many beside the one that comes last: in any order, a look that gives up early is sure to miss it nine times in ten.
 */
const OTHERS = 200;

let broker: TestBroker;
let queues: TestQueues;

beforeEach(async () => {
  broker = await startBroker({ anyOrder: true });
  queues = await broker.createQueues();
});

afterEach(() => broker.close());

/** Makes that many letters, each with its number as its body. */
const makeLetters = (count: number, from = 0): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, nth) => broker.send(queues.deadLetterQueueUrl, String(from + nth))));

test('a look that takes longer than letters are hidden sees the last one too, and each once', async () => {
  const look = new Look(broker.client, queues.deadLetterQueueUrl);
  await makeLetters(OTHERS + 1);
  const seen: string[] = [];
  await look.through(
    async (letters) => {
      seen.push(...letters.map(({ body }) => body));
      if (seen.length <= OTHERS || letters.some(({ body }) => body === 'last')) return;
      await eventually(async () => (await broker.receive(queues.deadLetterQueueUrl, 0)).length > 0, {
        withinMs: 2 * HIDDEN_SECONDS * 1_000,
      });
      await broker.send(queues.deadLetterQueueUrl, 'last');
    },
    { width: 1 },
  );
  expect(seen.sort()).toEqual([...Array.from({ length: OTHERS + 1 }, (_, nth) => String(nth)), 'last'].sort());
}, 120_000);
