/**
 * `run.mjs FILE [ARGUMENTS]` compiles what is stale, then starts FILE of dist/ in this very process, as if node had
 * been given it: `npm run` needs no script before each script. Plain JavaScript, as it runs before there is a dist/.
 */
import { spawnSync } from 'node:child_process';
import Module from 'node:module';
import { resolve } from 'node:path';

const [file, ...given] = process.argv.slice(2);
const parts = file.startsWith('experiments/') ? [] : ['product'];
const { status } = spawnSync(process.execPath, ['ops/build-if-stale.mjs', ...parts], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
process.argv = [process.execPath, resolve('dist', `${file}.js`), ...given];
Module.runMain();
