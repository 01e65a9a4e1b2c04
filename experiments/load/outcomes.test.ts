import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { askAt, follow, type Ask, type Outcome } from './outcomes';

const DONE: Outcome = { state: 'done', result: 2, completedAt: 5 };
const PENDING: Outcome = { state: 'open', why: 'pending' };
const { signal } = new AbortController();

test('asks again until every job has ended, and of those only that have not', async () => {
  const asked: string[] = [];
  const ask: Ask = (id) => {
    asked.push(id);
    return Promise.resolve(id === 'late' && asked.filter((one) => one === id).length < 3 ? PENDING : DONE);
  };
  expect(await follow(['a', 'late', 'b'], ask, { ms: 5_000, signal })).toEqual(
    new Map([
      ['a', DONE],
      ['b', DONE],
      ['late', DONE],
    ]),
  );
  expect(asked.toSorted()).toEqual(['a', 'b', 'late', 'late', 'late']);
});

test('gives up on what never ends once its patience is over', async () => {
  const outcomes = await follow(['a', 'lost'], (id) => Promise.resolve(id === 'lost' ? PENDING : DONE), {
    ms: 300,
    signal,
  });
  expect(outcomes).toEqual(
    new Map<string, Outcome>([
      ['a', DONE],
      ['lost', PENDING],
    ]),
  );
});

test('ends at once when it is told to stop', async () => {
  const stopping = new AbortController();
  const following = follow(['lost'], () => Promise.resolve(PENDING), { ms: 60_000, signal: stopping.signal });
  stopping.abort();
  await expect(following).rejects.toThrow(/abort/i);
});

describe('an answer of GET /results/{id}', () => {
  let server: Server;
  let answer: readonly [status: number, body: string];
  let ask: Ask;

  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer[0]).end(answer[1])).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ask = askAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each<[number, string, Outcome]>([
    [
      200,
      '{"status":"done","input":1,"result":2,"completedAt":"1970-01-01T00:00:01.000Z"}',
      { state: 'done', result: 2, completedAt: 1_000 },
    ],
    [200, '{"status":"failed","reason":"attempts"}', { state: 'failed', why: 'attempts' }],
    [202, '{"status":"pending"}', PENDING],
    [202, '{"status":"pending","error":"Error: away"}', { state: 'open', why: 'pending, Error: away' }],
    [404, '{}', { state: 'open', why: 'answer 404' }],
    [503, '{}', { state: 'open', why: 'answer 503' }],
  ])('%d %s', async (status, body, outcome) => {
    answer = [status, body];
    expect(await ask('some-id')).toEqual(outcome);
  });

  test('none at all leaves the job open', async () => {
    expect(await askAt('http://127.0.0.1:9', {})('some-id')).toMatchObject({ state: 'open' });
  });
});
