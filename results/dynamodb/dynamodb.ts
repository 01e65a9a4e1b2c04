import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { StoredRecord } from '../stored-record';
import type { ReadListing } from '../listing';
import type { Page } from '../records';
import {
  type Change,
  type StoredVersion,
  VersionedRecords,
  type VersionedStore,
  type Writes,
  type Written,
} from '../versioned-records';
import { createTableClient, type TablePlace } from './client';
import { ConditionalWrite } from './conditional-write';
import { ConsistentReads } from './consistent-reads';
import { FailedIndex } from './failed-index';
import { FreshInserts } from './fresh-inserts';
import { fittingItem, itemBytes } from './item-size';
import { fromItem } from './items';
import { NoteItems } from './note-items';
import { tableError, unusable } from './table-errors';

/** An id that no job has, read to see whether the table answers. */
const NOBODY = 'check';

/** Limits an item that shares its call with up to 24 others. */
const SHARED_CALL_BYTES = 64 * 1_024;

/** A DynamoDB table with the key `id` (a string). A job recorded by its first write costs 1/25 of a call under load. */
class DynamoTable implements VersionedStore {
  readonly notes: NoteItems;
  private readonly reads: ConsistentReads;
  private readonly failures: FailedIndex;
  private readonly fresh: FreshInserts;
  private readonly conditional: ConditionalWrite;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.reads = new ConsistentReads(client, table);
    this.failures = new FailedIndex(client, table, this.reads);
    this.notes = new NoteItems(client, table, this.reads);
    this.fresh = new FreshInserts(client, table);
    this.conditional = new ConditionalWrite(client, table);
  }

  one(id: string): Promise<StoredVersion | undefined> {
    return this.reads.one(id);
  }

  async many(ids: readonly string[]): Promise<readonly StoredRecord[]> {
    return (await this.reads.many(ids)).map((item) => fromItem(item).record);
  }

  async insert(record: StoredRecord): Promise<boolean> {
    const item = fittingItem(record, randomUUID());
    // A large one among others could make their call larger than DynamoDB takes.
    return itemBytes(item) <= SHARED_CALL_BYTES && this.fresh.insert(item);
  }

  async write({ record, version }: Change, writes: Writes): Promise<Written> {
    return this.conditional.write({ item: fittingItem(record, randomUUID()), version }, writes);
  }

  page(listing: ReadListing): Promise<Page> {
    return this.failures.page(listing);
  }

  async check(): Promise<void> {
    await this.reads.one(NOBODY);
  }

  /** DynamoDB lets items expire by itself, by the attribute `expiresAt`. */
  expire(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    this.client.destroy();
    return Promise.resolve();
  }

  errorOf(error: unknown): Error {
    return tableError(this.table, error);
  }
}

export class DynamoRecords extends VersionedRecords {
  /**
   * Rejects with `StoreUnusable` for a table that is missing, has another key or may not be used. One that does not
   * answer may be unavailable for a moment: the store opens anyway, and `check` says so.
   */
  static async open(name: string, place: TablePlace): Promise<DynamoRecords> {
    const table = new DynamoTable(createTableClient(place), name);
    const records = new DynamoRecords(table);
    try {
      await table.check();
    } catch (error) {
      const fault = unusable(name, error);
      if (fault === undefined) return records;
      await records.close();
      throw fault;
    }
    return records;
  }
}
