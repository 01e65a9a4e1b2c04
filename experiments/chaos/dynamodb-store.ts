import { type AttributeValue, DeleteTableCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { processVariables } from '../../contract/environment';
import { localCredentials } from '../../contract/local';
import { ensureTable } from '../../ops/provision-table';
import { createTableClient } from '../../results/dynamodb/client';
import { fromItem } from '../../results/dynamodb/items';
import { toRecord } from '../../results/stored-record';
import { type JobRecord } from '../../results/records';
import { HttpGateway } from './gateway';
import { type LedgerLine } from './history';
import { type ChaosStore, type StorePlace } from './store';

type Item = Record<string, AttributeValue>;

export class DynamoStore implements ChaosStore {
  private constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly endpoint: string,
  ) {}

  static async open(endpoint: string, region: string): Promise<DynamoStore> {
    const dynamodbCredentials = localCredentials(endpoint, processVariables);
    const client = createTableClient({ dynamodbRegion: region, dynamodbEndpoint: endpoint, dynamodbCredentials });
    const store = new DynamoStore(client, `chaos-${randomUUID()}`, endpoint);
    for (const table of store.tables) await ensureTable(client, table);
    return store;
  }

  get ledgerArguments(): readonly string[] {
    return ['--ledger', this.ledgerTable];
  }

  async place(): Promise<StorePlace> {
    const gateway = await HttpGateway.open(this.endpoint);
    return { gateway, env: { RESULTS: `dynamodb:${this.table}`, AWS_ENDPOINT_URL_DYNAMODB: gateway.endpoint } };
  }

  async ledger(): Promise<LedgerLine[]> {
    const items = await this.scan(this.ledgerTable);
    return items.map(({ job, type, number, at }) => ({
      ...{ job: job?.S ?? '', type: type?.S ?? '', number: Number(number?.N), at: Number(at?.N) },
    }));
  }

  async records(): Promise<JobRecord[]> {
    return (await this.scan(this.table)).map((item) => toRecord(fromItem(item).record));
  }

  async close(): Promise<void> {
    for (const TableName of this.tables) await this.client.send(new DeleteTableCommand({ TableName }));
    this.client.destroy();
  }

  private get ledgerTable(): string {
    return `${this.table}-ledger`;
  }

  private get tables(): readonly string[] {
    return [this.table, this.ledgerTable];
  }

  private async scan(TableName: string): Promise<Item[]> {
    const items: Item[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.client.send(
        new ScanCommand({ TableName, ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
      );
      items.push(...Items);
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  }
}
