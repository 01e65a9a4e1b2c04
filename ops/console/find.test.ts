import { randomUUID } from 'node:crypto';
import { DEFINITIONS } from '../../jobs/definitions';
import { TestConsole } from '../../test/harness/console';
import { TEST_JOB } from '../../test/harness/jobs';
import { type JobsCommands } from '../../test/harness/jobs-commands';
import { type FoundJob } from './find';
import { type TypeSchema } from './type-schemas';

let on: JobsCommands;
let page: TestConsole;

beforeEach(async () => {
  [on, page] = await TestConsole.onPair(false);
});

afterEach(async () => {
  await page.close();
  await on.close();
});

const found = async (query: string): Promise<readonly FoundJob[]> =>
  (await page.get<{ jobs: readonly FoundJob[] }>(`/api/find?q=${encodeURIComponent(query)}`)).body.jobs;

test('a job is found by its id, or by a text in its letter, its input or its result', async () => {
  const [failed = ''] = await on.fail(1);
  const done = await on.pair.send(TEST_JOB, 4_711);
  await on.pair.result(done);
  // Not looked at yet: the records know both.
  expect(await found(failed.toUpperCase())).toMatchObject([{ id: failed, state: 'failed', type: 'add-one' }]);
  expect(await found(` ${done} `)).toMatchObject([{ id: done, state: 'done' }]);
  expect(await found('4712')).toMatchObject([{ id: done }]);
  expect(await found('is NEGATIVE')).toMatchObject([{ id: failed }]);
  expect(await found('add-one')).toMatchObject([{ id: done }, { id: failed }]);
  await page.look();
  expect(await found(`"input":-1`)).toMatchObject([{ id: failed }]);
  expect(await found('is negative')).toHaveLength(1);
  for (const none of ['', ' ', randomUUID(), '(*']) expect(await found(none)).toEqual([]);
});

test('without a store the letters are found', async () => {
  const [id = ''] = await on.fail(1);
  const alone = await TestConsole.start({ ...on.variables, RESULTS: 'none' });
  await alone.look();
  const answer = await alone.get<{ jobs: readonly FoundJob[] }>(`/api/find?q=${id}`);
  expect(answer.body.jobs).toMatchObject([{ id, state: 'none' }]);
  expect((await alone.get(`/api/jobs/${id}`)).body).toMatchObject({
    record: null,
    reason: 'negative',
    type: 'add-one',
  });
  await alone.close();
});

test('each job type has a schema that its own example fits', async () => {
  const { body } = await page.get<readonly TypeSchema[]>('/api/types');
  expect(body.map(({ type, version }) => ({ type, version }))).toEqual(
    DEFINITIONS.map(({ type, version }) => ({ type, version })),
  );
  expect(body.find(({ type }) => type === 'add-one')).toMatchObject({
    schema: { type: 'number', minimum: Number.MIN_SAFE_INTEGER },
    example: expect.stringMatching(/^\d+$/) as string,
  });
});
