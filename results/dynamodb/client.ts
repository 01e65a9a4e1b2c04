import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Where tables are, as in the environment. */
export interface TablePlace {
  /** Undefined leaves it to the SDK. */
  readonly dynamodbRegion: string | undefined;
  /** Undefined for AWS itself. */
  readonly dynamodbEndpoint: string | undefined;
}

/** A silent endpoint costs a call up to about 8 s: two tries of at most 1 s to connect and 3 s to answer. */
export function createTableClient(
  { dynamodbRegion: region, dynamodbEndpoint }: TablePlace,
  own: Pick<DynamoDBClientConfig, 'credentials'> = {},
): DynamoDBClient {
  return new DynamoDBClient({
    ...own,
    ...(region !== undefined && { region }),
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
}
