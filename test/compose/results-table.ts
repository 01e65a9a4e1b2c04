import { type DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { createTableClient } from '../../results/dynamodb/client';

const TABLE = 'results';
const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** DynamoDB Local checks no signature, but that there is one. */
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;

interface StreamRecord {
  readonly dynamodb: { readonly NewImage?: { readonly id: { S: string }; readonly state: { S: string } } };
}

interface StreamAnswers {
  readonly DescribeStream: { StreamDescription: { Shards: { ShardId: string }[] } };
  readonly GetShardIterator: { ShardIterator: string };
  readonly GetRecords: { Records: StreamRecord[]; NextShardIterator?: string };
}

/** The results table of compose, with its stream: every write that was ever made to it, in order. */
export class ResultsTable {
  private readonly client: DynamoDBClient;
  private stream = '';

  constructor(private readonly endpoint: string) {
    this.client = createTableClient({
      dynamodbRegion: REGION,
      dynamodbEndpoint: endpoint,
      dynamodbCredentials: CREDENTIALS,
    });
  }

  /** From now on every write is kept. */
  async keepWrites(): Promise<void> {
    const { TableDescription: table } = await this.client.send(
      new UpdateTableCommand({
        TableName: TABLE,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    this.stream = table?.LatestStreamArn ?? '';
    await waitUntilTableExists({ client: this.client, maxWaitTime: 30, minDelay: 1 }, { TableName: TABLE });
  }

  /** How often each job was recorded as done: its effects. A job that never was is missing. */
  async effects(): Promise<Map<string, number>> {
    const effects = new Map<string, number>();
    for (const { dynamodb } of await this.writes()) {
      const { id, state } = dynamodb.NewImage ?? {};
      if (id !== undefined && state?.S === 'done') effects.set(id.S, (effects.get(id.S) ?? 0) + 1);
    }
    return effects;
  }

  close(): void {
    this.client.destroy();
  }

  private async writes(): Promise<StreamRecord[]> {
    const stream = { StreamArn: this.stream };
    const { StreamDescription } = await this.ask('DescribeStream', stream);
    const all: StreamRecord[] = [];
    for (const { ShardId } of StreamDescription.Shards) {
      const from = { ...stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      let next: string | undefined = (await this.ask('GetShardIterator', from)).ShardIterator;
      while (next !== undefined) {
        const { Records, NextShardIterator }: StreamAnswers['GetRecords'] = await this.ask('GetRecords', {
          ShardIterator: next,
        });
        all.push(...Records);
        // A shard still written to always names a next one; an empty page is its end so far.
        next = Records.length === 0 ? undefined : NextShardIterator;
      }
    }
    return all;
  }

  /** The SDK's client for streams is a package of its own; four lines of HTTP do. */
  private async ask<Operation extends keyof StreamAnswers>(
    operation: Operation,
    body: object,
  ): Promise<StreamAnswers[Operation]> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      authorization: AUTHORIZATION,
    };
    const answer = await fetch(this.endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${operation} was refused: ${await answer.text()}`);
    return (await answer.json()) as StreamAnswers[Operation];
  }
}
