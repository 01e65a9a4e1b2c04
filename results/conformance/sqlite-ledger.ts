import { DatabaseSync } from 'node:sqlite';
import type { Ledger } from './store-under-test';

/** A ledger in the store's own file, which must exist. */
export function sqliteLedger(path: string): Ledger {
  const within = <T>(use: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  within((database) => {
    database.exec('CREATE TABLE ledger (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)');
  });
  return {
    append: (line) => ({ sql: 'INSERT INTO ledger (line) VALUES (?)', values: [line] }),
    refused: () => ({ sql: 'UPDATE ledger SET line = line WHERE line = ?', values: ['nowhere'], changes: 1 }),
    foreign: () => ({ Delete: { TableName: 'ledger', Key: { id: { S: 'one' } } } }),
    lines: () =>
      Promise.resolve(
        within((database) => database.prepare('SELECT line FROM ledger ORDER BY seq').all()).map(({ line }) =>
          String(line),
        ),
      ),
  };
}
