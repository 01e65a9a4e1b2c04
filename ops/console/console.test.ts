import { type Question, withConsoles } from '../../test/harness/console';
import { type Task } from './tasks';

const it = withConsoles();

it('shows the queues, the groups, the letters and all of one of them', async ({ on, page }) => {
  const ids = await on.fail(12, 'a');
  const { body: overview } = await page.get('/api/overview');
  expect(overview).toMatchObject({
    place: { badge: 'local', fifo: on.fifo, store: 'sqlite', readOnly: false, masked: [], queue: expect.any(String) },
    queue: { visible: 0, inFlight: 0, delayed: 0 },
    dead: { visible: 12 },
    records: 'ok',
  });
  expect((await page.get('/api/failures')).body).toMatchObject({ asOf: null, looking: true, jobs: [] });
  const found = await page.looked('limit=5');
  expect(found).toMatchObject({ total: 12, matched: 12, hidden: 0, after: expect.any(String) });
  const rest = await page.looked(`limit=200&after=${encodeURIComponent(found.after ?? '')}`);
  expect(rest.after).toBeUndefined();
  const jobs = [...found.jobs, ...rest.jobs];
  expect(jobs.map(({ id }) => id).sort()).toEqual(ids.sort());
  const { body: groups } = await page.get<{ groups: readonly { error: string }[] }>('/api/groups');
  expect(groups).toMatchObject({
    matched: 12,
    groups: [{ reason: 'negative', error: expect.stringContaining('Order <n> of <id> is negative'), count: 12 }],
  });
  const error = encodeURIComponent(groups.groups[0]?.error ?? '');
  expect(await page.looked(`error=${error}&reason=negative&since=1h`)).toMatchObject({ matched: 12 });
  expect(await page.looked('text=ORDER%201004')).toMatchObject({ matched: 1 });
  expect(await page.looked('text=no-such')).toMatchObject({ matched: 0 });
  const [id = ''] = ids;
  expect(await page.looked(`id=${id}&id=${String(ids[1])}`)).toMatchObject({ matched: 2 });
  const { body: job } = await page.get(`/api/jobs/${id.toUpperCase()}`);
  expect(job).toMatchObject({
    id,
    record: { state: 'failed', reason: 'negative' },
    letter: {
      body: expect.stringContaining(id),
      input: expect.stringMatching(/^-\d+$/),
      group: 'a',
      attributes: expect.arrayContaining([{ name: 'type', type: 'String', value: 'add-one' }]),
    },
    error: expect.stringContaining('is negative'),
  });
  expect((job['history'] as unknown[]).length).toBeGreaterThan(2);
  expect((await page.get('/api/jobs/none')).status).toBe(404);
});

it('sends one again, then all that match; each has its effect once', async ({ on, page }) => {
  const ids = await on.fail(25, 'a');
  const [first = ''] = ids;
  await page.look();
  on.broken = false;
  const { body: question } = await page.post<Question>('/api/confirmations', { action: 'retry', ids: [first] });
  expect(question).toMatchObject({ count: 1, sentence: expect.stringMatching(/^Send 1 dead letter of .* again\?$/) });
  expect(on.effects()).toEqual([]);
  const { body: task } = await page.post<Task>('/api/tasks', { confirmation: question.confirmation });
  expect(await page.ended(task.id)).toMatchObject({ state: 'done', total: 1, done: 1, others: [] });
  expect(await on.pair.result(first)).toBe(0);
  expect(await page.looked()).toMatchObject({ matched: 24 });
  expect(await page.change({ action: 'retry', filter: { reason: 'negative' } })).toMatchObject({
    state: 'done',
    sentence: '24 of 24 sent again',
  });
  for (const id of ids) await on.pair.result(id);
  expect(on.effects()).toEqual(ids.sort());
  expect(await page.looked()).toMatchObject({ total: 0 });
  expect(await page.look()).toMatchObject({ total: 0 });
  expect((await page.get('/api/tasks')).body).toHaveLength(2);
});

it('deletes some, then all with the name typed; the records say deleted', async ({ on, page }) => {
  const ids = await on.fail(6, 'a');
  const [first = ''] = ids;
  await page.look();
  await page.change({ action: 'delete', ids: [first] });
  expect(await on.pair.record(first)).toMatchObject({ state: 'failed', reason: 'deleted' });
  const { body: question } = await page.post<Question>('/api/confirmations', { action: 'purge' });
  expect(question).toMatchObject({ count: 5, typed: expect.any(String) });
  const { confirmation, typed } = question;
  expect(await page.post('/api/tasks', { confirmation, typed: 'another' })).toMatchObject({ status: 400 });
  expect(await page.post('/api/tasks', { confirmation })).toMatchObject({ status: 400 });
  expect(await on.dead()).toBe(5);
  const { body: task } = await page.post<Task>('/api/tasks', { confirmation, typed });
  expect(await page.ended(task.id)).toMatchObject({ state: 'done', done: 5 });
  expect(await on.dead()).toBe(0);
});
