import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** Where the bench's own packages are installed; the bench runs in the repository's root. */
export const PEERS_FOLDER = resolve('experiments', 'bench');

/** A package of the bench's own package.json. */
export const loadPeer: (name: string) => unknown = createRequire(resolve(PEERS_FOLDER, 'package.json'));
