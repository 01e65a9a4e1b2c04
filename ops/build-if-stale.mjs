/**
 * Compiles before `npm start`, but only if a source is newer than the last build: tsc takes two
 * seconds to find out that it has nothing to do. Plain JavaScript, as it runs before there is a dist/.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const STAMP = 'dist/.built';
const config = JSON.parse(readFileSync('tsconfig.json', 'utf8'));

const sources = config.include.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

// A removed file shows in its folder, a renamed one in its name: the stamp holds the list.
const list = [...sources, 'tsconfig.json', 'package-lock.json'].sort().join('\n');

function isFresh() {
  try {
    const builtAt = statSync(STAMP).mtimeMs;
    return readFileSync(STAMP, 'utf8') === list && list.split('\n').every((file) => statSync(file).mtimeMs < builtAt);
  } catch {
    return false;
  }
}

if (!isFresh()) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const startedAt = new Date();
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  writeFileSync(STAMP, list);
  // What was edited while it compiled counts as newer.
  utimesSync(STAMP, startedAt, startedAt);
}
