import { TestConsole } from '../harness/console';
import { holds, says } from './axe';
import { describeInBrowser, withConsole } from './browser';
import { dead, shownTask } from './letters';
import { openStoreFile } from '../harness/store-file';

jest.setTimeout(60_000);

describeInBrowser('each state of a console at work', () => {
  const one = withConsole();

  test('while a task runs, and once it was cancelled', async () => {
    await dead(one(), 20);
    one().on.broken = false;
    const { id } = await one().server.begin({ action: 'retry', filter: {}, rate: 1 });
    const page = await one().open({ path: '/?view=letters' });
    await shownTask(page, 'Retry runs');
    await holds(page);
    await one().server.post(`/api/tasks/${id}/cancel`);
    await shownTask(page, 'Retry cancelled');
    await page.getByText('What happened to the others').click();
    await holds(page);
  });

  test('while it asks why consumers are paused, and while they are', async () => {
    const page = await one().open();
    await page.getByRole('button', { name: 'Pause consumers …' }).click();
    await page.getByLabel('Why; others see it').fill('the database moves');
    await holds(page);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await says(page, 'Consumers are paused.');
    await holds(page);
    await one().server.post('/api/resume');
    await page.getByText('Consumers are paused.').waitFor({ state: 'hidden' });
  });

  test('with all kinds of changes in the audit', async () => {
    const { jobs } = await one().server.look();
    const ids = jobs.slice(0, 1).map(({ id }) => id);
    await one().server.change({ action: 'hold', ids, note: 'waits for the fix' });
    await one().server.change({ action: 'delete', filter: { reason: 'negative', since: '1h' } });
    const page = await one().open({ path: '/?view=audit' });
    for (const what of [/^delete/, /^hold.*waits for the fix/, /^resume/, /^pause.*the database moves/, /^retry/])
      await page.getByRole('cell', { name: what }).waitFor();
    await holds(page);
  });

  test('a change that could not be noted: it says so, in every view, until it is hidden', async () => {
    const database = openStoreFile(one().on.pair.resultsPath);
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON plusone_note BEGIN SELECT raise(ABORT, 'no room'); END`);
    database.close();
    const page = await one().open({ path: '/?view=send' });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('region', { name: 'the result' }).waitFor();
    await says(page, 'It is done, but the audit does not have it.');
    await says(page, /no note of this was kept: .*no room/);
    await holds(page);
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await page.getByText('the audit does not have it').waitFor({ state: 'hidden' });
  });

  test('without its results store: it says what was tried, and that it mends itself', async () => {
    const away = await TestConsole.start({ ...one().on.variables, RESULTS: 'postgres://app@127.0.0.1:9/none' });
    try {
      const page = await one().open({ address: away.address });
      await says(page, 'The results store does not answer.');
      await says(page, 'this page mends itself');
      await holds(page);
      await page.getByRole('link', { name: 'Audit' }).click();
      await says(page, /^The audit was not read/);
      await holds(page);
    } finally {
      await one().closePages();
      await away.close();
    }
  });

  test('no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
