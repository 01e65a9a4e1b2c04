import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** For its user alone, as the file in it. One by one: Node's own `recursive` never returns where the system answers ENOENT to any of it, as under /proc. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
