import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Credentials } from '../../contract/local';
import { bounded, clientConfig, type HotCalls, leanClient } from '../../transport/aws/index';

/** Where tables are, as in the environment. */
export interface TablePlace {
  /** Undefined leaves it to the SDK. */
  readonly dynamodbRegion: string | undefined;
  /** Undefined for AWS itself. */
  readonly dynamodbEndpoint: string | undefined;
  /** Undefined leaves them to the SDK. */
  readonly dynamodbCredentials?: Credentials | undefined;
  /** True: every call goes through all of the SDK's middleware. */
  readonly sdkPath?: boolean | undefined;
}

/** A call is over by then, whatever the endpoint does. */
export const CALL_LIMIT_MS = 10_000;

/** A silent endpoint costs a call up to about 8 s: two tries of up to 1 s to connect and 3 s to answer. */
const TRIES = { answerMs: 3_000, maxAttempts: 2, connections: 50 };

/** Records hold no bytes, so input and output of these calls are plain JSON. */
const AS_IT_STANDS = { takes: 'text', answers: 'text' } as const;

const HOT_CALLS: HotCalls = new Map(
  [BatchExecuteStatementCommand, BatchGetItemCommand, GetItemCommand, PutItemCommand].map((command) => [
    command,
    AS_IT_STANDS,
  ]),
);

export function createTableClient(place: TablePlace): DynamoDBClient {
  const { dynamodbRegion: region, dynamodbEndpoint: endpoint, dynamodbCredentials: credentials, sdkPath } = place;
  const client = new DynamoDBClient(clientConfig({ region, endpoint, credentials }, TRIES));
  return bounded(sdkPath ? client : leanClient(client, HOT_CALLS), CALL_LIMIT_MS);
}
