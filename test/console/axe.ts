import { readFile } from 'node:fs/promises';
import { type Page } from 'playwright-core';

const AXE = readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Rules that a page breaks, each with the elements that do. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await AXE);
  return page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))',
  );
}

const LOOKS = (['light', 'dark'] as const).flatMap((scheme) => [360, 1_600].map((width) => ({ scheme, width })));

/** In both schemes, narrow and wide. */
export async function holds(page: Page): Promise<void> {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.scheme });
    await page.setViewportSize({ width: look.width, height: 800 });
    expect({ ...look, broken: await violations(page) }).toEqual({ ...look, broken: [] });
    const scrolls = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect({ ...look, scrolls }).toEqual({ ...look, scrolls: false });
  }
}

/** Resolves once the page shows this text. */
export const says = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
