import {
  type CancellationReason,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as wait } from 'node:timers/promises';
import { assertNoTransaction, EffectRefused, RecordRefused, RecordUnavailable } from '../errors';
import type { ItemWrite, SqlWrite } from '../records';
import type { Writes, Written } from '../versioned-records';
import { fromItem, type Item } from './items';
import { THROTTLED } from './table-errors';

/** The record's own write comes first in its transaction. */
const EFFECT_LIMIT = 99;

/** How to try again behind other transactions on the same items, which take some ms each. */
const CONTENDED = { tries: 12, firstWaitMs: 10, maxWaitMs: 500 };
const PASSING = ['TransactionConflict', ...THROTTLED];

const WRITTEN: Written = { written: true };

export interface Expected {
  readonly item: Item;
  /** The version of the item to be replaced; undefined: there must be none. */
  readonly version: string | undefined;
}

/**
 * Writes a record if it has not changed since it was read, alone or in one transaction with the writes of an effect.
 */
export class ConditionalWrite {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async write(expected: Expected, { writes = [], transaction }: Writes): Promise<Written> {
    assertNoTransaction(transaction, 'a DynamoDB table');
    return writes.length === 0 ? this.put(expected) : this.transact(expected, itemWrites(writes));
  }

  private async put(expected: Expected): Promise<Written> {
    try {
      await this.client.send(new PutItemCommand(this.toPut(expected)));
      return WRITTEN;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return otherThan(expected, error.Item);
      throw error;
    }
  }

  private async transact(expected: Expected, effect: readonly ItemWrite[]): Promise<Written> {
    const TransactItems = [{ Put: this.toPut(expected) }, ...effect];
    // The version as the token: a try that the SDK repeats is carried out once.
    const command = new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: expected.item['version']?.S });
    let waitMs = CONTENDED.firstWaitMs;
    for (let left = CONTENDED.tries; ; left -= 1) {
      try {
        await this.client.send(command);
        return WRITTEN;
      } catch (error) {
        const other = otherOf(expected, error);
        if (other) return other;
        if (left === 0)
          throw new RecordUnavailable('The items of the effect are contended; try again', { cause: error });
      }
      await wait(waitMs * (0.5 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, CONTENDED.maxWaitMs);
    }
  }

  private toPut({ item, version }: Expected) {
    return {
      TableName: this.table,
      Item: item,
      ConditionExpression: version === undefined ? 'attribute_not_exists(id)' : 'version = :version',
      ...(version !== undefined && { ExpressionAttributeValues: { ':version': { S: version } } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
  }
}

/** The item that was there instead. A write whose answer was lost finds itself when it is tried again. */
function otherThan({ item }: Expected, there: Item | undefined): Written {
  const other = there && fromItem(there);
  return other?.version === item['version']?.S ? WRITTEN : { written: false, other };
}

/** Undefined for a transaction to be tried again; throws what would fail again. */
function otherOf(expected: Expected, error: unknown): Written | undefined {
  if (error instanceof TransactionInProgressException) return undefined;
  if (!(error instanceof TransactionCanceledException)) throw effectFault(error);
  const [own, ...effects] = error.CancellationReasons ?? [];
  if (own?.Code === 'ConditionalCheckFailed') return otherThan(expected, own.Item);
  const refused = effects.findIndex(isRefusal);
  if (refused !== -1) {
    const { Code = '', Message = '' } = effects[refused] ?? {};
    throw new EffectRefused(`Write ${refused + 1} of the effect was refused (${Code}: ${Message})`, { cause: error });
  }
  return undefined;
}

const isRefusal = ({ Code }: CancellationReason): boolean =>
  Code !== undefined && Code !== 'None' && !PASSING.includes(Code);

/** The record's table was read just before, so a missing table or an invalid request is the effect's fault. */
function effectFault(error: unknown): unknown {
  if (!(error instanceof Error) || !['ResourceNotFoundException', 'ValidationException'].includes(error.name))
    return error;
  return new EffectRefused(`The effect was refused (${error.name}: ${error.message})`, { cause: error });
}

function itemWrites(effect: NonNullable<Writes['writes']>): ItemWrite[] {
  if (effect.length > EFFECT_LIMIT) {
    throw new RecordRefused(`An effect has at most ${EFFECT_LIMIT} writes in DynamoDB; this one has ${effect.length}`);
  }
  return effect.map((write) => {
    if (isSql(write)) {
      throw new RecordRefused('RESULTS names a DynamoDB table, whose writes are { Put } and the like; this one is SQL');
    }
    return write;
  });
}

const isSql = (write: SqlWrite | ItemWrite): write is SqlWrite => 'sql' in write;
