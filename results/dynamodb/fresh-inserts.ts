import {
  BatchExecuteStatementCommand,
  type BatchStatementResponse,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import DataLoader from 'dataloader';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from '../errors';
import type { Item } from './items';
import { THROTTLED } from './table-errors';

/** DynamoDB takes at most 25 statements in a call. */
const BATCH_LIMIT = 25;

/** Long enough to gather most of a batch under load. A lone job waits this long beside its call. */
const LINGER_MS = 10;

/** The pause before throttled items are tried again: doubled each time, with jitter, about half a second in all. */
const PAUSE = { firstMs: 20, maxMs: 320 };

const idOf = (item: Item): string | undefined => item['id']?.S;

/** What became of an item. `not-taken` is any refusal but throttling. */
type Taken = 'inserted' | 'not-taken' | 'throttled';

/**
 * Inserts items that are probably new: most jobs are recorded by the first write of their id. Up to 25
 * share a call. Throttled items are tried again together, after a pause. Any other item that was not
 * inserted is written by its caller alone.
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

  /**
   * False if there is such an item already, or if the table refused this one. Rejects if it did not answer or keep up.
   */
  insert(item: Item): Promise<boolean> {
    return this.loader.load(item);
  }

  /** The same id twice would fail the whole call. */
  private async insertBatch(items: readonly Item[]): Promise<(boolean | Error)[]> {
    const first = new Map<string | undefined, Item>();
    for (const item of items) if (!first.has(idOf(item))) first.set(idOf(item), item);
    const taken = new Map<Item, Taken>();
    let left = [...first.values()];
    for (let pauseMs = PAUSE.firstMs; ; pauseMs *= 2) {
      for (const [item, outcome] of await this.send(left)) taken.set(item, outcome);
      left = left.filter((item) => taken.get(item) === 'throttled');
      if (left.length === 0 || pauseMs > PAUSE.maxMs) break;
      await wait(pauseMs * (0.5 + Math.random() / 2));
    }
    const busy = new StoreUnavailable(`The table ${this.table} does not keep up; try again`);
    return items.map((item) => (taken.get(item) === 'throttled' ? busy : taken.get(item) === 'inserted'));
  }

  private async send(items: readonly Item[]): Promise<[Item, Taken][]> {
    const Statements = items.map((item) => {
      const names = Object.keys(item).map((name) => `'${name}': ?`);
      return { Statement: `INSERT INTO "${this.table}" VALUE {${names.join(', ')}}`, Parameters: Object.values(item) };
    });
    const { Responses = [] } = await this.client.send(new BatchExecuteStatementCommand({ Statements }));
    return items.map((item, position) => [item, takenBy(Responses[position])]);
  }
}

function takenBy(response: BatchStatementResponse | undefined): Taken {
  if (response === undefined) return 'not-taken';
  const { Error: refusal } = response;
  if (refusal === undefined) return 'inserted';
  return THROTTLED.includes(refusal.Code ?? '') ? 'throttled' : 'not-taken';
}
