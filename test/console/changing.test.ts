import { type Page } from 'playwright-core';
import { eventually } from '../harness/eventually';
import { describeInBrowser, withConsole } from './browser';

jest.setTimeout(60_000);

describeInBrowser('what an operator changes in a page of the console', () => {
  const one = withConsole();
  beforeEach(() => {
    one().on.broken = true;
  });

  /** That many dead letters, which the console has seen. */
  async function dead(count: number): Promise<readonly string[]> {
    const ids = await one().on.fail(count);
    await one().server.look();
    return ids;
  }

  /** Answers the question that is open. */
  async function confirm(page: Page, sentence: RegExp, button: string): Promise<void> {
    const dialog = page.getByRole('dialog');
    await dialog.getByText(sentence).waitFor();
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  const ended = (page: Page, what: string) => page.locator('.task', { hasText: what }).first().waitFor();

  const letters = async () => (await one().server.look()).total as number;

  async function purge(): Promise<void> {
    const { body } = await one().server.get('/api/failures');
    if (Number(body.matched) > 0) await one().server.change({ action: 'purge' });
  }
  afterEach(purge);

  test('one letter is sent again by the keyboard alone, and its job followed to its result', async () => {
    const [id = ''] = await dead(1);
    one().on.broken = false;
    const page = await one().open();
    const focused = () =>
      page.evaluate<string>('`${document.activeElement.ariaLabel ?? ""} ${document.activeElement.textContent}`');
    const tabTo = async (text: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if ((await focused()).includes(text)) return;
      }
      throw new Error(`60 tabs did not reach "${text}"`);
    };
    await page.getByRole('link', { name: 'Order <n> of <id> is negative' }).waitFor();
    await tabTo('Order <n> of <id> is negative');
    await page.keyboard.press('Enter');
    await page.getByText('All 1 that match').waitFor();
    await tabTo(id);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Retry …' }).waitFor();
    await tabTo('Retry …');
    await page.keyboard.press('Enter');
    await page.getByText(/^Send 1 dead letter/).waitFor();
    await tabTo('Retry 1');
    await page.keyboard.press('Enter');
    await ended(page, 'Retry done');
    await page.locator('.facts').getByText('done', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'the result' }).waitFor();
    expect(one().on.effects()).toEqual([id]);
    expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
  });

  test('those that are selected are deleted, and no other', async () => {
    const ids = await dead(5);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByLabel(`Select job ${String(ids[1])}`).check();
    await page.getByLabel(`Select job ${String(ids[3])}`).check();
    await page.getByText('2 selected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete …' }).click();
    await confirm(page, /Delete 2 dead letters/, 'Delete 2');
    await ended(page, 'Delete done');
    await page.getByText('All 3 that match').waitFor();
    const { jobs } = await one().server.look();
    expect(jobs.map(({ id }: { id: string }) => id).sort()).toEqual([ids[0], ids[2], ids[4]].sort());
  });

  test('all that match are sent again at a rate, which a reload does not end and Cancel does', async () => {
    await dead(40);
    one().on.broken = false;
    const page = await one().open({ path: '/?view=letters&reason=negative' });
    await page.getByText('All 40 that match').waitFor();
    await page.getByRole('button', { name: 'Retry …' }).click();
    await page.getByLabel('At most, jobs a second').fill('5');
    await confirm(page, /Send 40 dead letters/, 'Retry 40');
    await ended(page, 'Retry runs');
    await page.reload();
    await page.getByText(/at most 5/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await ended(page, 'Retry cancelled');
    const left = await letters();
    expect(left).toBeGreaterThan(0);
    await one().on.pair.idle();
    expect(left + one().on.effects().length - 1).toBe(40);
  });

  test('what is confirmed is what was asked, whatever arrives meanwhile', async () => {
    const [first = ''] = await dead(1);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Delete 1 dead letter /).waitFor();
    const [second] = await dead(1);
    await page.getByText('All 2 that match').waitFor();
    await dialog.getByText(/Delete 1 dead letter /).waitFor();
    await dialog.getByRole('button', { name: 'Delete 1', exact: true }).click();
    await ended(page, 'Delete done');
    await page.getByText('All 1 that match').waitFor();
    const { jobs } = await one().server.look();
    expect(jobs).toMatchObject([{ id: second }]);
    expect(await one().on.pair.record(first)).toMatchObject({ reason: 'deleted' });
  });

  test('a purge asks for the name of the queue', async () => {
    await dead(3);
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
    await ended(page, 'Purge done');
    await page.getByText('No dead letters. Nothing waits for you here.').waitFor();
    expect(await letters()).toBe(0);
  });

  test('a question that is answered with Escape changes nothing', async () => {
    await dead(1);
    const page = await one().open({ path: '/?view=letters' });
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByText(/Delete 1 dead letter/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Delete …');
    expect(await letters()).toBe(1);
  });

  test('no page complained', async () => {
    await eventually(() => one().complaints.length === 0);
  });
});
