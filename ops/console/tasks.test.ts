import { type Question, TestConsole, withConsoles } from '../../test/harness/console';
import { eventually } from '../../test/harness/eventually';
import { type Task } from './tasks';

jest.setTimeout(180_000);

const it = withConsoles();

it('cancelled in the middle of 1,000, a retry loses none; run again it does nothing twice', async ({ on, page }) => {
  const ids = await on.fail(1_000);
  expect(await page.look()).toMatchObject({ total: 1_000 });
  on.broken = false;
  const { id } = await page.begin({ action: 'retry', filter: {} });
  await eventually(async () => (await page.get<Task>(`/api/tasks/${id}`)).body.done >= 200, { withinMs: 60_000 });
  await page.post(`/api/tasks/${id}/cancel`);
  const task = await page.ended(id);
  expect(task).toMatchObject({ state: 'cancelled', total: 1_000, sentence: expect.stringContaining('cancelled') });
  expect(task.done).toBeLessThan(1_000);
  // What was not sent is there at once, in the snapshot and in the queue.
  expect(await page.looked()).toMatchObject({ total: 1_000 - task.done });
  expect(await page.look()).toMatchObject({ total: 1_000 - task.done, hidden: 0 });
  expect(await page.change({ action: 'retry', filter: {} })).toMatchObject({ state: 'done' });
  for (const one of ids) await on.pair.result(one);
  expect(on.effects()).toEqual(ids.sort());
});

it('what was confirmed is what was shown: nothing that came later, and once', async ({ on, page }) => {
  const [first = ''] = await on.fail(1, 'a');
  await page.look();
  const { body: question } = await page.post<Question>('/api/confirmations', { action: 'delete', filter: {} });
  const [later = ''] = await on.fail(1, 'b');
  await page.look();
  const { confirmation } = question;
  const { body: task } = await page.post<Task>('/api/tasks', { confirmation });
  expect(await page.ended(task.id)).toMatchObject({ state: 'done', total: 1, done: 1 });
  expect(await page.look()).toMatchObject({ jobs: [{ id: later }] });
  expect(await on.pair.record(first)).toMatchObject({ reason: 'deleted' });
  expect(await page.post('/api/tasks', { confirmation })).toMatchObject({ status: 410 });
  expect(await page.post('/api/tasks', { confirmation: 'none' })).toMatchObject({ status: 410 });
  expect(await on.dead()).toBe(1);
});

it('a second one while one runs is refused, and can be confirmed afterwards', async ({ on, page }) => {
  const ids = await on.fail(20);
  await page.look();
  on.broken = false;
  const slow = await page.begin({ action: 'retry', ids: ids.slice(0, 10), rate: 1 });
  const { body } = await page.post<Question>('/api/confirmations', { action: 'retry', ids: ids.slice(10) });
  expect(await page.post('/api/tasks', body)).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/^A task is running\./) as string },
  });
  await page.post(`/api/tasks/${slow.id}/cancel`);
  await page.ended(slow.id);
  const again = await page.post<Task>('/api/tasks', body);
  expect(await page.ended(again.body.id)).toMatchObject({ state: 'done', done: 10 });
  for (const one of ids.slice(10)) await on.pair.result(one);
});

it('the end of the console cancels what runs, and all that it held is there at once', async ({ on, page }) => {
  await on.fail(30);
  await page.look();
  await page.begin({ action: 'retry', filter: {}, rate: 5 });
  await page.close();
  const next = await TestConsole.start(on.variables);
  const { total, hidden } = await next.look();
  expect(hidden).toBe(0);
  expect(total).toBeGreaterThan(10);
  await next.close();
});

it('a letter that is gone is told apart from what was done', async ({ on, page }) => {
  const [first = '', second = ''] = await on.fail(2);
  await page.look();
  await on.listed('delete', first, '--yes');
  expect(await page.change({ action: 'delete', ids: [first, second] })).toMatchObject({
    state: 'partly',
    done: 1,
    others: [expect.stringMatching(/^1 not found/)],
  });
});
