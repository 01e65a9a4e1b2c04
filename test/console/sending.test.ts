import { describeInBrowser, withConsole } from './browser';
import { dead } from './letters';

jest.setTimeout(60_000);

describeInBrowser('what is sent, found and paused in a page of the console', () => {
  const one = withConsole();

  test('a job is sent by the form of its type, and followed to its result', async () => {
    const page = await one().open();
    await page.getByRole('link', { name: 'Send', exact: true }).click();
    await page.getByLabel('input').fill('not a number');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/^Not sent/).waitFor();
    await page.getByLabel('input').fill('41');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('region', { name: 'the result' }).getByText('42').waitFor();
    await page.locator('.facts').getByText('done', { exact: true }).waitFor();
  });

  test('a job is sent as JSON, with its digits as they were typed', async () => {
    const page = await one().open({ path: '/?view=send' });
    await page.getByLabel('As JSON').check();
    await page.getByLabel('input').fill('9007199254740993');
    const asked = page.waitForRequest('**/api/send');
    await page.getByRole('button', { name: 'Send' }).click();
    expect((await asked).postDataJSON()).toMatchObject({ type: 'add-one', input: '9007199254740993' });
    await page.getByText(/^Not sent/).waitFor();
  });

  test('a job is found by its id and by its text', async () => {
    const [id = ''] = await dead(one(), 1);
    const page = await one().open();
    await page.keyboard.press('Control+k');
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { name: 'Attributes' }).waitFor();
    await page.getByRole('searchbox').fill(`of ${id} is negative`);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: new RegExp(`${id}\\s+failed`) }).waitFor();
    await page.getByRole('searchbox').fill('nowhere to be found');
    await page.keyboard.press('Enter');
    await page.getByText(/^No job has this id/).waitFor();
  });

  test('consumers are paused, and go on when they are told to', async () => {
    const page = await one().open();
    await page.getByRole('button', { name: 'Pause consumers …' }).click();
    await page.getByLabel('Why; others see it').fill('the database moves');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Consumers are paused.').waitFor();
    await page
      .getByText(/the database moves/)
      .first()
      .waitFor();
    expect((await one().server.get('/api/overview')).body).toMatchObject({ paused: { why: 'the database moves' } });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Consumers are paused.').waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('row', { name: /pause.*the database moves/ }).waitFor();
  });

  test('no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
