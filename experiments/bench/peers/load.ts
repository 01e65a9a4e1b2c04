import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** Where the bench's own packages are installed, away from our sources; the bench runs in the repository's root. */
export const PACKAGES = resolve('experiments', 'bench', 'packages');

/** A package of the bench's own package.json. */
export const loadPeer: (name: string) => unknown = createRequire(resolve(PACKAGES, 'package.json'));
