import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRecords } from '../sqlite';

export interface SqlitePlace {
  readonly folder: string;
  /** The path of the results' file, in a folder that is not there yet. */
  readonly path: string;
  /** Opens records, which are closed after the test. */
  readonly open: (path?: string) => Promise<SqliteRecords>;
}

/** For a test file: each test has a place of its own. */
export function withSqlitePlace(): () => SqlitePlace {
  let place: SqlitePlace & { readonly opened: SqliteRecords[] };
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'plusone-place-'));
    const path = join(folder, 'deep', 'er', 'results.db');
    const opened: SqliteRecords[] = [];
    const open = async (at = path): Promise<SqliteRecords> => {
      const records = await SqliteRecords.open(at);
      opened.push(records);
      return records;
    };
    place = { folder, path, open, opened };
  });
  afterEach(async () => {
    await Promise.all(place.opened.map((records) => records.close()));
    rmSync(place.folder, { recursive: true });
  });
  return () => place;
}
