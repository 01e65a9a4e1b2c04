import { BatchGetItemCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from '../errors';
import type { StoredVersion } from '../versioned-records';
import { fromItem, type Item } from './items';

/** DynamoDB reads at most 100 items in a call. */
const READ_LIMIT = 100;
const READ_TRIES = 8;

/** Reads of records by id that see every write before them. */
export class ConsistentReads {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async one(id: string): Promise<StoredVersion | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item && fromItem(Item);
  }

  /** Those that exist, each once. */
  async many(ids: readonly string[]): Promise<Item[]> {
    const parts = Array.from({ length: Math.ceil(ids.length / READ_LIMIT) }, (_, part) =>
      this.batch(ids.slice(part * READ_LIMIT, (part + 1) * READ_LIMIT)),
    );
    return (await Promise.all(parts)).flat();
  }

  private async batch(ids: readonly string[]): Promise<Item[]> {
    const found: Item[] = [];
    let keys: Item[] = ids.map((id) => ({ id: { S: id } }));
    for (let tries = 1; keys.length > 0; tries += 1) {
      if (tries > READ_TRIES) throw new StoreUnavailable(`The table ${this.table} does not keep up; try again`);
      if (tries > 1) await wait(2 ** tries * 10);
      const { Responses = {}, UnprocessedKeys = {} } = await this.client.send(
        new BatchGetItemCommand({ RequestItems: { [this.table]: { Keys: keys, ConsistentRead: true } } }),
      );
      found.push(...(Responses[this.table] ?? []));
      keys = UnprocessedKeys[this.table]?.Keys ?? [];
    }
    return found;
  }
}
