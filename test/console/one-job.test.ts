import { type Page } from 'playwright-core';
import { describeInBrowser, withConsole } from './browser';
import { confirm, dead, purge, shownTask } from './letters';

jest.setTimeout(60_000);

/** By the keyboard alone: on to the next thing until one of that name has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = '`${document.activeElement.ariaLabel ?? ""} ${document.activeElement.textContent}`';
    if ((await page.evaluate<string>(focused)).includes(text)) return;
  }
  throw new Error(`60 tabs did not reach "${text}"`);
}

describeInBrowser('what is done to one job in a page of the console', () => {
  const one = withConsole();
  beforeEach(() => {
    one().on.broken = true;
  });
  afterEach(() => purge(one()));

  test('one letter is sent again by the keyboard alone, and its job followed to its result', async () => {
    const [id = ''] = await dead(one(), 1);
    one().on.broken = false;
    const page = await one().open();
    await page.getByRole('link', { name: 'Order <n> of <id> is negative' }).waitFor();
    await tabTo(page, 'Order <n> of <id> is negative');
    await page.keyboard.press('Enter');
    await page.getByText('All 1 that match').waitFor();
    await tabTo(page, `of ${id}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Attributes' }).waitFor();
    await tabTo(page, 'Retry …');
    await page.keyboard.press('Enter');
    await page.getByText(/^Send 1 dead letter/).waitFor();
    await tabTo(page, 'Retry 1');
    await page.keyboard.press('Enter');
    await shownTask(page, 'Retry done');
    await page.locator('.facts').getByText('done', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'the result' }).waitFor();
    expect(one().on.effects()).toEqual([id]);
    // The button that had the focus went away with the letter.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(`document.activeElement.closest('main') !== null`)).toBe(true);
  });

  test('a letter is edited: a new job takes its place, and the two name each other', async () => {
    const [id = ''] = await dead(one(), 1);
    const page = await one().open({ path: `/?view=job&id=${id}` });
    await page.getByRole('button', { name: 'Edit and retry' }).click();
    const input = page.getByLabel('input');
    expect(await input.inputValue()).toBe('-1');
    await input.fill('no JSON');
    await page.getByRole('button', { name: 'Send the new job' }).click();
    await page.getByText(/^Not sent: /).waitFor();
    await input.fill('7');
    await page.getByRole('button', { name: 'Send the new job' }).click();
    await page.getByRole('region', { name: 'the result' }).getByText('8').waitFor();
    const edited = new URL(page.url()).searchParams.get('id') ?? '';
    expect(edited).not.toBe(id);
    expect(await page.locator('.history').innerText()).toContain(id);
    expect(await one().on.pair.record(id)).toMatchObject({ state: 'failed', reason: 'deleted' });
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('row', { name: /edit/ }).getByRole('link').first().waitFor();
  });

  test('a letter is held with a note, left out of what is done to all, and released', async () => {
    const [id = ''] = await dead(one(), 1);
    const page = await one().open({ path: `/?view=job&id=${id}` });
    await page.getByRole('button', { name: 'Hold …' }).click();
    await page.getByLabel('Note for others').fill('waits for the fix');
    await confirm(page, /1 dead letter/, 'Hold 1');
    await shownTask(page, 'Hold done');
    await page
      .locator('.facts')
      .getByText(/waits for the fix/)
      .waitFor();
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.locator('.tag', { hasText: 'held: waits for the fix' }).waitFor();
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByText(/^Nothing was changed: /).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Held' }).selectOption('true');
    await page.getByText('All 1 that match').waitFor();
    await page.getByRole('button', { name: 'Release …' }).click();
    await confirm(page, /1 /, 'Release 1');
    await shownTask(page, 'Release done');
    await page.getByText('All 0 that match').waitFor();
  });

  test('no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
