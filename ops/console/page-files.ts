import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

/** What a browser is sent, by name: `index.html`, and what is at `/assets/NAME`. */
export type PageFiles = ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ROOT = join(__dirname, '../..');
/** Where page/build.mjs puts it; this file runs compiled or, in tests, as it is. */
const BUILT = join(basename(ROOT) === 'dist' ? ROOT : join(ROOT, 'dist'), 'console');

export async function pageFiles(): Promise<PageFiles> {
  const names = await readdir(BUILT);
  const files = names.map(async (name) => {
    const body = await readFile(join(BUILT, name));
    return [name, { type: TYPES[extname(name)] ?? 'application/octet-stream', body }] as const;
  });
  return new Map(await Promise.all(files));
}
