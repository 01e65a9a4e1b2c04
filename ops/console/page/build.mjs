/**
 * Builds the console's page: TypeScript, JSX and Preact become one script, the style sheets one more. Everything that a
 * browser loads lies in dist/console/ then; nothing comes from elsewhere.
 */
import { buildSync } from 'esbuild';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

const FROM = import.meta.dirname;

export function buildPage(out = 'dist/console') {
  buildSync({
    entryPoints: { page: join(FROM, 'main.tsx'), style: join(FROM, 'style/style.css') },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) cpSync(join(FROM, file), join(out, file));
}
