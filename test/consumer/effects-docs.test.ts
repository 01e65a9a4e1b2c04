import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../harness/processes';

const SOURCES = [
  'transfer/work.ts',
  'transfer/work-on-dynamodb.ts',
  'transfer/work-on-postgres.ts',
  'payment/work.ts',
].map((file) => `examples/${file}`);

it('quotes code in docs/effects.md as it is tested', async () => {
  const text = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');
  const quotes = [...(await text('docs/effects.md')).matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
  const sources = await Promise.all(SOURCES.map(text));
  expect(quotes).toHaveLength(4);
  for (const quote of quotes) expect(sources.some((source) => source.includes(quote))).toBe(true);
});
