import { DatabaseSync } from 'node:sqlite';

/** The file of a SQLite store that its own process goes on writing to: a statement waits for its turn. */
export const openStoreFile = (path: string): DatabaseSync => new DatabaseSync(path, { timeout: 10_000 });
