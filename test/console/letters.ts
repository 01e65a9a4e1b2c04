import { type Page } from 'playwright-core';
import { type ConsoleInBrowser } from './browser';

/** That many dead letters, which the console has seen. Resolves to their jobs' ids. */
export async function dead(
  { on, server }: ConsoleInBrowser,
  count: number,
  group?: string,
): Promise<readonly string[]> {
  const ids = await on.fail(count, group);
  await server.look();
  return ids;
}

export async function purge({ server }: ConsoleInBrowser): Promise<void> {
  const { body } = await server.get('/api/failures');
  if (Number(body['matched']) > 0) await server.change({ action: 'purge' });
}

/** Answers the question that is open. */
export async function confirm(page: Page, sentence: RegExp, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByText(sentence).waitFor();
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Resolves once the latest task is shown so, such as `Retry done`. */
export const shownTask = (page: Page, what: string): Promise<void> =>
  page.locator('.task').first().filter({ hasText: what }).waitFor();
