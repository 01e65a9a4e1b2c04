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

/** The elements for which a page has to be moved sideways. */
const tooWide = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(
    `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth)
      .map(({ outerHTML }) => outerHTML.slice(0, 120))`,
  );

const LOOKS = (['light', 'dark'] as const).flatMap((scheme) => [360, 1_600].map((width) => ({ scheme, width })));

/** In both schemes, narrow and wide. */
export async function holds(page: Page): Promise<void> {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.scheme });
    await page.setViewportSize({ width: look.width, height: 800 });
    expect({ ...look, broken: await violations(page) }).toEqual({ ...look, broken: [] });
    expect({ ...look, tooWide: await tooWide(page) }).toEqual({ ...look, tooWide: [] });
  }
}

/** Resolves once the page shows this text. */
export const says = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
