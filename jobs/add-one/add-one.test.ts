import { type Pair, startPair } from '../../testing/pair';
import { ADD_ONE } from './definition';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.close());

it('adds one', async () => {
  const id = await pair.send(ADD_ONE, 41);
  expect(await pair.result(id)).toBe(42);
});

it('takes no string', async () => {
  // @ts-expect-error The definition says that the input is a number.
  await expect(pair.send(ADD_ONE, '41')).rejects.toThrow(/400.*"pointer":"\/input"/);
});

it('adds one once, however often the job is delivered', async () => {
  const id = await pair.send(ADD_ONE, 1);
  await pair.result(id);
  await pair.deliverAgain(ADD_ONE, id, 1);
  await pair.idle();
  expect(await pair.record(id)).toMatchObject({ state: 'done', result: 2, attempts: 0 });
  expect(await pair.deadLetters()).toEqual([]);
});
