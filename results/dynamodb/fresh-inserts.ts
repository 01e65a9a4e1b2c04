import { BatchExecuteStatementCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import DataLoader from 'dataloader';
import type { Item } from './items';

/** DynamoDB takes at most 25 statements in a call. */
const BATCH_LIMIT = 25;

/** Long enough to gather most of a batch under load; a lone job pays it beside its call. */
const LINGER_MS = 10;

const idOf = (item: Item): string | undefined => item['id']?.S;

/**
 * Inserts of items of which nobody is known to have one: most jobs are recorded by the first write of their id. Up to 25
 * share a call; an entry that was not inserted, for whatever reason, is its caller's to write by itself.
 */
export class FreshInserts {
  private readonly loader: DataLoader<Item, boolean>;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.loader = new DataLoader((items) => this.insertBatch(items), {
      cache: false,
      maxBatchSize: BATCH_LIMIT,
      batchScheduleFn: (dispatch) => setTimeout(dispatch, LINGER_MS),
    });
  }

  /** False when there is such an item already, or the table did not take this one; rejects when it did not answer. */
  insert(item: Item): Promise<boolean> {
    return this.loader.load(item);
  }

  /** The same id twice would fail the whole call. */
  private async insertBatch(items: readonly Item[]): Promise<boolean[]> {
    const first = new Map<string | undefined, Item>();
    for (const item of items) if (!first.has(idOf(item))) first.set(idOf(item), item);
    const sent = [...first.values()];
    const inserted = new Set(await this.send(sent));
    return items.map((item) => inserted.has(item));
  }

  /** The items inserted. */
  private async send(items: readonly Item[]): Promise<Item[]> {
    const Statements = items.map((item) => {
      const names = Object.keys(item).map((name) => `'${name}': ?`);
      return { Statement: `INSERT INTO "${this.table}" VALUE {${names.join(', ')}}`, Parameters: Object.values(item) };
    });
    const { Responses = [] } = await this.client.send(new BatchExecuteStatementCommand({ Statements }));
    return items.filter((_, position) => {
      const response = Responses[position];
      return response !== undefined && response.Error === undefined;
    });
  }
}
