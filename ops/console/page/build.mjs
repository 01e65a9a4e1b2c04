/**
 * Builds the console's page: TypeScript, JSX and Preact become one script, the style sheets one more. A browser loads
 * what then lies in dist/console/ and nothing else.
 */
import { buildSync } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FROM = import.meta.dirname;
const OUT = 'dist/console';

/** `write` gets each file's path and text. */
export function buildPage(write) {
  const { outputFiles } = buildSync({
    entryPoints: { page: join(FROM, 'main.tsx'), style: join(FROM, 'style/style.css') },
    outdir: OUT,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  mkdirSync(OUT, { recursive: true });
  for (const { path, text } of outputFiles) write(join(OUT, basename(path)), text);
  for (const name of ['index.html', 'icon.svg']) write(join(OUT, name), readFileSync(join(FROM, name), 'utf8'));
}
