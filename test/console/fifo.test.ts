import { describeInBrowser, withConsole } from './browser';
import { confirm, dead, purge, shownTask } from './letters';

jest.setTimeout(60_000);

describeInBrowser('a page of the console on a FIFO queue', () => {
  const one = withConsole({ fifo: true });
  beforeEach(() => {
    one().on.broken = true;
  });
  afterEach(() => purge(one()));

  test('every letter of a group is seen, one is sent again in its group, another deleted, and the rest sent by their error', async () => {
    const ids = [...(await dead(one(), 12, 'a')), ...(await dead(one(), 2, 'b'))];
    const [first = '', second = ''] = ids;
    one().on.broken = false;
    const page = await one().open({ path: '/?view=letters' });
    await page.getByText('All 14 that match').waitFor();
    await page.getByRole('link', { name: `of ${first} ` }).click();
    await page.locator('.facts').getByText('a', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Retry …' }).click();
    await confirm(page, /^Send 1 dead letter /, 'Retry 1');
    await shownTask(page, 'Retry done');
    await page.getByRole('region', { name: 'the result' }).waitFor();
    expect(await one().on.pair.record(first)).toMatchObject({ state: 'done' });
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByLabel(`Select job ${second}`).check();
    await page.getByRole('button', { name: 'Delete …' }).click();
    await confirm(page, /^Delete 1 dead letter /, 'Delete 1');
    await shownTask(page, 'Delete done');
    await page.getByRole('link', { name: 'Order <n> of <id> is negative' }).click();
    await page.getByText('All 12 that match').waitFor();
    await page.getByRole('button', { name: 'Retry …' }).click();
    await confirm(page, /^Send 12 dead letters /, 'Retry 12');
    await shownTask(page, 'Retry done');
    await page.getByText('All 0 that match').waitFor();
    for (const id of ids.slice(2)) await one().on.pair.result(id);
    expect(one().on.effects()).toEqual(ids.filter((id) => id !== second).sort());
    expect(await one().server.look()).toMatchObject({ total: 0, hidden: 0 });
  });

  test('a job is sent into a group, and no delay is offered', async () => {
    const page = await one().open({ path: '/?view=send' });
    await page.getByText('jobs of one group run in order').waitFor();
    expect(await page.getByLabel('delay').count()).toBe(0);
    await page.getByLabel('input').fill('41');
    await page.getByLabel('group').fill('orders');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('region', { name: 'the result' }).getByText('42').waitFor();
  });

  test('no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
