import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRecords } from '../../results/sqlite';

/** A folder for each test, gone after it, and stores at one place in it that are closed by then. */
export class SqliteStores {
  folder = '';
  path = '';
  private readonly opened: SqliteRecords[] = [];

  constructor(names: readonly string[]) {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'plusone-store-'));
      this.path = join(this.folder, ...names);
    });
    afterEach(async () => {
      await Promise.all(this.opened.splice(0).map((records) => records.close()));
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  async open(): Promise<SqliteRecords> {
    const records = await SqliteRecords.open(this.path);
    this.opened.push(records);
    return records;
  }
}
