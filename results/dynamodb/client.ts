import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type Credentials } from '../../contract/local';
import { agentsTo } from './agents';

/** Where tables are, as in the environment. */
export interface TablePlace {
  /** Undefined leaves it to the SDK. */
  readonly dynamodbRegion: string | undefined;
  /** Undefined for AWS itself. */
  readonly dynamodbEndpoint: string | undefined;
  /** Undefined leaves them to the SDK. */
  readonly dynamodbCredentials?: Credentials | undefined;
}

/** A call is over by then, whatever the endpoint does. */
export const CALL_LIMIT_MS = 10_000;

/** A silent endpoint costs a call up to about 8 s: two tries of at most 1 s to connect and 3 s to answer. */
export function createTableClient(place: TablePlace): DynamoDBClient {
  const { dynamodbRegion: region, dynamodbEndpoint: endpoint, dynamodbCredentials: credentials } = place;
  const client = new DynamoDBClient({
    ...NO_FILE_CACHE,
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    ...(endpoint !== undefined && ownEndpoint(endpoint)),
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
      ...agentsTo(endpoint),
    },
  });
  const send = client.send.bind(client);
  client.send = limited(renewing(client, send));
  return client;
}

/** The SDK refuses an endpoint beside AWS_USE_FIPS_ENDPOINT, which is meant for AWS's own. */
export const ownEndpoint = (
  endpoint: string,
): Pick<DynamoDBClientConfig, 'endpoint' | 'useFipsEndpoint' | 'useDualstackEndpoint'> => ({
  endpoint,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
});

/** Passed on by the client to the SDK's chain of providers, which otherwise keeps the text of its files for good. */
const NO_FILE_CACHE = { ignoreCache: true };

/** A tool may have written new credentials to the file that the SDK read once: a call that finds them expired reads it again. */
function renewing({ config }: DynamoDBClient, send: Send): Send {
  return (async (command: Parameters<Send>[0], options: Parameters<Send>[1]) => {
    try {
      return await send(command, options);
    } catch (error) {
      if (!(error instanceof Error && error.name.startsWith('ExpiredToken'))) throw error;
      await config.credentials({ forceRefresh: true });
      return send(command, options);
    }
  }) as Send;
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
