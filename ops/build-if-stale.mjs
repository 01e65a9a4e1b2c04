/**
 * Compiles what is stale: `build-if-stale.mjs` everything, `build-if-stale.mjs product` only what `npm start` runs, so
 * that it neither waits for tests nor fails by one. Without this, tsc would take two seconds each time to find out that
 * it has nothing to do. Several may run at once, in two terminals. Plain JavaScript, as it runs before there is a
 * dist/.
 */
import { existsSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [part] = process.argv.slice(2);
const config = part === undefined ? 'tsconfig.json' : `tsconfig.${part}.json`;
const stamp = `dist/.built${part === undefined ? '' : `-${part}`}`;
const { include } = JSON.parse(readFileSync(config, 'utf8'));

const PAGE = join('ops', 'console', 'page');
const isSource = ({ name, parentPath }) =>
  parentPath.startsWith(PAGE) || (name.endsWith('.ts') && (part === undefined || !name.endsWith('.test.ts')));
const sources = include.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry) && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

// A removed file shows in its folder, a renamed one in its name: the stamp holds the list.
const list = [...sources, 'tsconfig.json', config, 'package-lock.json'].sort().join('\n');

function isFresh() {
  try {
    const builtAt = statSync(stamp).mtimeMs;
    return readFileSync(stamp, 'utf8') === list && list.split('\n').every((file) => statSync(file).mtimeMs < builtAt);
  } catch {
    return false;
  }
}

/** Replaces a file at once, and only if it has changed: another process may be loading it. */
function writeWhole(file, text) {
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    // It is new.
  }
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

async function compile() {
  process.stderr.write(`Compiling ${part === undefined ? 'everything' : `the ${part}`} ...\n`);
  const ts = createRequire(import.meta.url)('typescript');
  const { buildPage } = await import('./console/page/build.mjs');
  const startedAt = new Date();
  const exit = (status) => {
    if (status !== 0) process.exit(1);
    buildPage(writeWhole);
    writeWhole(stamp, list);
    // A source that was edited meanwhile counts as newer.
    utimesSync(stamp, startedAt, startedAt);
    process.exit(0);
  };
  ts.executeCommandLine({ ...ts.sys, writeFile: writeWhole, exit }, () => undefined, ['-p', config]);
}

// npm writes this file last, and removes it first.
if (!existsSync('node_modules/.package-lock.json')) {
  process.stderr.write('The dependencies are not there: run `npm ci`, or wait for the one that runs.\n');
  process.exit(1);
}
if (!isFresh()) await compile();
