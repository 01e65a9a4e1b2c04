import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DELIVERY } from '../../contract/delivery';
import type { NoteKind } from '../notes';
import type { StoredNote, NoteStore } from '../stored-notes';
import type { ConsistentReads } from './consistent-reads';
import { indexFault } from './failed-index';
import { EXPIRY_ATTRIBUTE, FAILED_INDEX, type Item, whole } from './items';

/** An id that no job has, and a key that no failed record has. */
const placeOf = (kind: NoteKind, key = ''): string => `note:${kind}:${key}`;

/** Notes are items of the records' table, listed by the index that it has. */
export class NoteItems implements NoteStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly reads: Pick<ConsistentReads, 'many'>,
  ) {}

  put({ kind, key, at, value }: StoredNote): Promise<void> {
    return this.write({
      id: { S: placeOf(kind, key) },
      value: { S: value },
      [FAILED_INDEX.key]: { S: placeOf(kind) },
      [FAILED_INDEX.order]: whole(at),
      ...(kind === 'audit' && { [EXPIRY_ATTRIBUTE]: seconds(at, DELIVERY.recordRetentionSeconds) }),
    });
  }

  async many(kind: NoteKind, keys: readonly string[]): Promise<readonly StoredNote[]> {
    const items = await this.reads.many(keys.map((key) => placeOf(kind, key)));
    return items.flatMap((item) => toStored(kind, item) ?? []);
  }

  /** Leaves an item without a value, outside the index, that expires: so no right to delete is needed. */
  remove(kind: NoteKind, key: string): Promise<void> {
    return this.write({ id: { S: placeOf(kind, key) }, [EXPIRY_ATTRIBUTE]: seconds(Date.now()) });
  }

  async list(kind: NoteKind, limit: number): Promise<readonly StoredNote[]> {
    const start = placeOf(kind).length;
    const keys = (await this.newest(kind, limit)).map(({ id }) => id?.S?.slice(start) ?? '');
    const notes = await this.many(kind, keys);
    return notes.toSorted((one, other) => other.at - one.at || (one.key > other.key ? -1 : 1));
  }

  private async newest(kind: NoteKind, limit: number): Promise<Item[]> {
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.table,
        IndexName: FAILED_INDEX.name,
        KeyConditionExpression: '#key = :kind',
        ExpressionAttributeNames: { '#key': FAILED_INDEX.key },
        ExpressionAttributeValues: { ':kind': { S: placeOf(kind) } },
        ScanIndexForward: false,
        Limit: limit - found.length,
        ...(from && { ExclusiveStartKey: from }),
      });
      const { Items = [], LastEvaluatedKey } = await this.client.send(command).catch((error: unknown) => {
        throw indexFault(this.table, error);
      });
      found.push(...Items);
      from = LastEvaluatedKey;
    } while (from !== undefined && found.length < limit);
    return found;
  }

  private async write(item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: item }));
  }
}

const seconds = (at: number, later = 0) => whole(Math.ceil(at / 1_000) + later);

/** Undefined for the rest of a removed note. */
function toStored(kind: NoteKind, item: Item): StoredNote | undefined {
  const value = item['value']?.S;
  const key = item['id']?.S?.slice(placeOf(kind).length);
  return value === undefined || key === undefined
    ? undefined
    : { kind, key, value, at: Number(item[FAILED_INDEX.order]?.N) };
}
