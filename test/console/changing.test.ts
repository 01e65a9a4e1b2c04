import { describeInBrowser, withConsole } from './browser';
import { confirm, dead, purge, shownTask } from './letters';

jest.setTimeout(60_000);

describeInBrowser('what is done to many letters in a page of the console', () => {
  const one = withConsole();
  beforeEach(() => {
    one().on.broken = true;
  });
  afterEach(() => purge(one()));

  const left = async () => (await one().server.look()).total;

  test('those that are selected are deleted, and no other', async () => {
    const ids = await dead(one(), 5);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByLabel(`Select job ${String(ids[1])}`).check();
    await page.getByLabel(`Select job ${String(ids[3])}`).check();
    await page.getByText('2 selected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete …' }).click();
    await confirm(page, /Delete 2 dead letters/, 'Delete 2');
    await shownTask(page, 'Delete done');
    await page.getByText('All 3 that match').waitFor();
    const { jobs } = await one().server.look();
    expect(jobs.map(({ id }: { id: string }) => id).sort()).toEqual([ids[0], ids[2], ids[4]].sort());
  });

  test('all that match are sent again at a rate, which a reload does not end and Cancel does', async () => {
    await dead(one(), 40);
    one().on.broken = false;
    const page = await one().open({ path: '/?view=letters&reason=negative' });
    await page.getByText('All 40 that match').waitFor();
    await page.getByRole('button', { name: 'Retry …' }).click();
    await page.getByLabel('At most, jobs a second').fill('5');
    await confirm(page, /Send 40 dead letters/, 'Retry 40');
    await shownTask(page, 'Retry runs');
    await page.reload();
    await page.getByText(/at most 5/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shownTask(page, 'Retry cancelled');
    const rest = await left();
    expect(rest).toBeGreaterThan(0);
    await one().on.pair.idle();
    expect(rest + one().on.effects().length).toBe(40);
  });

  test('a task that ends before the answer to its question is read stays ended', async () => {
    await dead(one(), 1);
    const page = await one().open({ path: '/?view=letters' });
    await page.route('**/api/tasks', async (route) => {
      // What Chromium adds after the request has left the page.
      const own = { 'sec-fetch-site': 'same-origin', origin: new URL(page.url()).origin };
      const response = await route.fetch({ headers: { ...(await route.request().allHeaders()), ...own } });
      await shownTask(page, 'Delete done');
      await route.fulfill({ response });
    });
    await page.getByRole('button', { name: 'Delete …' }).click();
    await confirm(page, /Delete 1 dead letter /, 'Delete 1');
    await shownTask(page, 'Delete done');
    expect(await page.locator('.task.running').count()).toBe(0);
  });

  test('what is confirmed is what was asked, whatever arrives meanwhile', async () => {
    const [first = ''] = await dead(one(), 1);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Delete 1 dead letter /).waitFor();
    const [second] = await dead(one(), 1);
    await page.getByText('All 2 that match').waitFor();
    await dialog.getByText(/Delete 1 dead letter /).waitFor();
    await dialog.getByRole('button', { name: 'Delete 1', exact: true }).click();
    await shownTask(page, 'Delete done');
    await page.getByText('All 1 that match').waitFor();
    const { jobs } = await one().server.look();
    expect(jobs).toMatchObject([{ id: second }]);
    expect(await one().on.pair.record(first)).toMatchObject({ reason: 'deleted' });
  });

  test('a purge asks for the name of the queue', async () => {
    await dead(one(), 3);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Purge the queue …' }).click();
    const dialog = page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Purge 3' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    const name = await dialog.locator('label code').innerText();
    await dialog.getByRole('textbox').fill(name.slice(1));
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill(name);
    await button.click();
    await shownTask(page, 'Purge done');
    await page.getByText('No dead letters. Nothing waits for you here.').waitFor();
    expect(await left()).toBe(0);
  });

  test('a question that is answered with Escape changes nothing', async () => {
    await dead(one(), 1);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByText(/Delete 1 dead letter/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Delete …');
    expect(await left()).toBe(1);
  });

  test('no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
