import { TestConsole } from '../harness/console';
import { holds, says, violations } from './axe';
import { describeInBrowser, withConsole } from './browser';
import { Line } from './line';

jest.setTimeout(60_000);

describeInBrowser('each state of the console', () => {
  const one = withConsole();

  test('axe would tell', async () => {
    const page = await one().open();
    await page.locator('.pulse.live').waitFor();
    await page.evaluate(`document.querySelector('main').append(document.createElement('input'))`);
    expect(await violations(page)).toEqual([expect.stringMatching(/^label: /)]);
  });

  test('without any letter', async () => {
    await one().server.look();
    const states: readonly (readonly [string, string | RegExp])[] = [
      ['/', 'No dead letters. Nothing waits for you here.'],
      ['/?view=letters', 'All 0 that match'],
      ['/?view=job&id=no-such-job', /The job was not read/],
      ['/?view=find', /Write an id/],
      ['/?view=send', 'Its page follows it to its result.'],
    ];
    for (const [path, text] of states) {
      const page = await one().open({ path });
      await says(page, text);
      await holds(page);
    }
  });

  test('with letters: groups, some selected, none that matches, one opened', async () => {
    const [id = ''] = await one().on.fail(3);
    await one().server.look();
    const page = await one().open();
    await says(page, 'Order <n> of <id> is negative');
    await holds(page);
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByLabel(`Select job ${id}`).check();
    await says(page, '1 selected');
    await holds(page);
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { name: 'Attributes' }).waitFor();
    await holds(page);
    await page.getByRole('button', { name: 'Edit and retry' }).click();
    await says(page, 'Each names the other');
    await holds(page);
    await page.goto(`${one().server.origin}/?view=letters&text=no-such-text`);
    await says(page, 'None is like this. Ease a filter.');
    await holds(page);
  });

  test('while it asks, and after the change', async () => {
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Purge the queue …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill(await dialog.locator('label code').innerText());
    await holds(page);
    await dialog.getByRole('button', { name: 'Purge 3' }).click();
    await says(page, 'Purge');
    await page.locator('.task.done').waitFor();
    await holds(page);
  });

  test('while it reads', async () => {
    const page = await one().open({ path: '/?view=audit' });
    await page.route('**/api/groups*', () => new Promise(() => undefined));
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await says(page, 'Reading dead letters …');
    await holds(page);
  });
});

describeInBrowser('a console that lacks something', () => {
  const one = withConsole();

  test('the queue: it says what was tried, and that it mends itself', async () => {
    const away = await TestConsole.start({ ...one().on.variables, AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' });
    try {
      const page = await one().open({ address: away.address });
      await says(page, /does not answer\.$/);
      await says(page, 'this page mends itself');
      await holds(page);
    } finally {
      await one().closePages();
      await away.close();
    }
  });

  test('leave to change anything: nothing offers it', async () => {
    await one().on.fail(1);
    const readOnly = await TestConsole.start(one().on.variables, { readOnly: true, badge: 'prod' });
    try {
      const page = await one().open({ address: readOnly.address, path: '/?view=letters' });
      await says(page, 'This console is read only.');
      await page.getByRole('button', { name: 'Look again' }).waitFor();
      expect(await page.getByRole('button').allInnerTexts()).toEqual(['Look again']);
      expect(await page.title()).toBe('(1) Dead letters · prod');
      await holds(page);
    } finally {
      await one().closePages();
      await readOnly.close();
    }
  });

  test('its server: it says so, goes on once that is back, and asks for the new address of a new one', async () => {
    const { server, on } = one();
    const line = await Line.to(server.address);
    const anew = await TestConsole.start(on.variables);
    try {
      const page = await one().open({ address: line.by(server.address) });
      await page.locator('.pulse.live').waitFor();
      line.cut();
      await says(page, 'server does not answer at');
      await says(page, 'It was heard last at');
      await holds(page);
      line.lead(server.address);
      await page.locator('.pulse.live').waitFor();
      await page.getByText('server does not answer at').waitFor({ state: 'hidden' });
      line.cut();
      line.lead(anew.address);
      await says(page, 'The console was started anew');
      await holds(page);
      await page.goto(line.by(anew.address));
      await page.locator('.pulse.live').waitFor();
    } finally {
      await one().closePages();
      line.close();
      await anew.close();
    }
  });
});
