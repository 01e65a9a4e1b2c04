import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { DEFAULT_TYPE } from '../../contract/job';
import { RecordRefused, StoreUnavailable } from '../errors';
import { toRecord } from '../stored-record';
import { pageEnd, type Cursor, type ReadListing } from '../listing';
import type { Page } from '../records';
import { type ConsistentReads } from './consistent-reads';
import { FAILED_INDEX, failedShards, fromItem, type Item, whole } from './items';

/** Lists what has failed by the table's index, which follows the table within a second or so. */
export class FailedIndex {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly reads: Pick<ConsistentReads, 'many'>,
  ) {}

  async page(listing: ReadListing): Promise<Page> {
    if (listing.state !== 'failed')
      throw new RecordRefused(`RESULTS names a DynamoDB table, which lists failed records only, not ${listing.state}`);
    const shards = failedShards(listing.type).map((shard) => this.shard(shard, listing));
    const found = (await Promise.all(shards)).flat().sort(inOrder);
    const places = found.slice(0, listing.limit);
    const items = await this.reads.many(places.map(({ id }) => id));
    const byId = new Map(items.map((item) => [item['id']?.S, toRecord(fromItem(item).record)]));
    // The index may still show records that were retried or removed.
    const records = places.flatMap(({ id }) => byId.get(id) ?? []).filter(({ state }) => state === 'failed');
    return { records, ...pageEnd(found, listing.limit) };
  }

  /** The first places of one shard, in their order: one more than the page takes, if there are that many. */
  private async shard(shard: string, listing: ReadListing): Promise<Cursor[]> {
    const { since, behind, limit } = listing;
    const places: Cursor[] = [];
    if (since > behind.at) return places;
    let from: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.ask(shard, { since, behind, limit, from });
      places.push(...Items.filter((item) => isWanted(item, listing)).map(cursorOf));
      from = LastEvaluatedKey;
      // Places of the same time come in any order, so all of them are read.
    } while (from !== undefined && (places.length <= limit || places[limit]?.at === places.at(-1)?.at));
    return places.sort(inOrder);
  }

  private async ask(shard: string, { since, behind, limit, from }: Query): Promise<QueryCommandOutput> {
    const { name, key, order } = FAILED_INDEX;
    const command = new QueryCommand({
      TableName: this.table,
      IndexName: name,
      KeyConditionExpression: '#key = :shard AND #order BETWEEN :since AND :at',
      ExpressionAttributeNames: { '#key': key, '#order': order },
      ExpressionAttributeValues: { ':shard': { S: shard }, ':since': whole(since), ':at': whole(behind.at) },
      ScanIndexForward: false,
      Limit: limit + 1,
      ...(from && { ExclusiveStartKey: from }),
    });
    try {
      return await this.client.send(command);
    } catch (error) {
      throw indexFault(this.table, error);
    }
  }
}

interface Query extends Pick<ReadListing, 'since' | 'behind' | 'limit'> {
  readonly from: Item | undefined;
}

const cursorOf = (item: Item): Cursor => ({ at: Number(item['updatedAt']?.N), id: item['id']?.S ?? '' });

const isWanted = (item: Item, { type, behind }: ReadListing): boolean =>
  (type === undefined || (item['type']?.S ?? DEFAULT_TYPE) === type) && inOrder(behind, cursorOf(item)) < 0;

/** Newest first, and those of the same time by descending id. */
const inOrder = (one: Cursor, other: Cursor): number => other.at - one.at || (one.id > other.id ? -1 : 1);

/** DynamoDB calls the request invalid if the index is missing or is still being filled. */
export function indexFault(table: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ValidationException') return error;
  const { name } = FAILED_INDEX;
  if (/backfill/i.test(error.message))
    return new StoreUnavailable(`The index ${name} of the table ${table} is still being made; try again`, {
      cause: error,
    });
  return new RecordRefused(
    `The table ${table} has no index ${name}, by which failed records are listed; run \`npm run provision\``,
    { cause: error },
  );
}
