import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Where tables are, as in the environment. */
export interface TablePlace {
  /** Undefined leaves it to the SDK. */
  readonly dynamodbRegion: string | undefined;
  /** Undefined for AWS itself. */
  readonly dynamodbEndpoint: string | undefined;
}

/** A call is over by then, whatever the endpoint does. */
export const CALL_LIMIT_MS = 10_000;

/** A silent endpoint costs a call up to about 8 s: two tries of at most 1 s to connect and 3 s to answer. */
export function createTableClient(
  { dynamodbRegion: region, dynamodbEndpoint }: TablePlace,
  own: Pick<DynamoDBClientConfig, 'credentials'> = {},
): DynamoDBClient {
  const client = new DynamoDBClient({
    ...own,
    ...(region !== undefined && { region }),
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
  client.send = limited(client.send.bind(client));
  return client;
}

type Send = DynamoDBClient['send'];

/** The handler's own limits count silence only, up to the headers of an answer: a body may drip for good. */
function limited(send: Send): Send {
  return (async (command: Parameters<Send>[0], options: Parameters<Send>[1] = {}) => {
    const limit = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`The call was not over within ${CALL_LIMIT_MS / 1_000} s`));
        limit.abort();
      }, CALL_LIMIT_MS);
    });
    try {
      return await Promise.race([send(command, { ...options, abortSignal: limit.signal }), late]);
    } finally {
      clearTimeout(timer);
    }
  }) as Send;
}
