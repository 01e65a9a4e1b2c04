import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { processVariables } from '../../contract/environment';
import { PACKAGES } from './peers/load';

/** npm writes it last. */
const INSTALLED = join(PACKAGES, 'node_modules', '.package-lock.json');
const LOCKFILE = join(PACKAGES, 'package-lock.json');

/** Installs what the bench measures beside Plusone, unless it is there already: `npm ci` of the root leaves it out. */
export async function installPeers(): Promise<void> {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCKFILE).mtimeMs) return;
  process.stdout.write('Installing the peers to compare with (once, about 40 MB in experiments/bench/packages) ...\n');
  const npm = processVariables['npm_execpath'];
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn(command, args, { cwd: PACKAGES, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The peers could not be installed: npm ci failed in ${PACKAGES}.`);
}
