import { messageOf } from '../../contract/thrown';
import { StoreError, StoreUnavailable, StoreUnusable, RecordRefused } from '../errors';

/** The IAM actions that records need, `Query` on the index of failed records. Your own writes need theirs as well. */
export const RECORD_RIGHTS = ['GetItem', 'BatchGetItem', 'PutItem', 'PartiQLInsert', 'Query'] as const;

const RIGHTS = `${RECORD_RIGHTS.slice(0, -1).join(', ')} and ${RECORD_RIGHTS.at(-1)}`;

const NO_PERMISSION: readonly string[] = [
  'AccessDeniedException',
  'AccessDenied',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
  'ExpiredToken',
  'IncompleteSignature',
  'MissingAuthenticationTokenException',
  'CredentialsProviderError',
];

/** The codes with which DynamoDB throttles a single entry. */
export const THROTTLED: readonly string[] = [
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
];

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** What is wrong with the table itself, in a sentence; undefined for what may pass. */
function tableFault(table: string, error: unknown): string | undefined {
  const name = nameOf(error);
  if (name === 'ResourceNotFoundException') {
    return `The table ${table} does not exist in this account and region; run \`npm run provision\`, or name another in RESULTS`;
  }
  if (messageOf(error) === 'Region is missing') {
    return `The region of the table ${table} is not known; set AWS_REGION, or a region in the profile`;
  }
  if (NO_PERMISSION.includes(name)) {
    return `There is no permission for the table ${table} (${name}); allow this process ${RIGHTS} on it`;
  }
  return undefined;
}

export const otherKey = (table: string): string =>
  `The table ${table} has another key than the string \`id\`; name another in RESULTS`;

/**
 * For the first read at a start: the error that keeps the process from starting; undefined if the table may only be
 * unavailable.
 */
export function unusable(table: string, error: unknown): StoreUnusable | undefined {
  const fault = nameOf(error) === 'ValidationException' ? otherKey(table) : tableFault(table, error);
  return fault === undefined ? undefined : new StoreUnusable(fault, { cause: error });
}

/** Turns the SDK's errors into the store's. */
export function tableError(table: string, error: unknown): Error {
  if (error instanceof StoreError) return error;
  const fault = tableFault(table, error);
  if (fault !== undefined) return new StoreUnavailable(fault, { cause: error });
  if (nameOf(error) === 'ValidationException') {
    return new RecordRefused(`The table ${table} refused the record (${messageOf(error)}); correct it`, {
      cause: error,
    });
  }
  const text = `The table ${table} did not answer, or not in time (${nameOf(error)}: ${messageOf(error)}); try again`;
  return new StoreUnavailable(text, { cause: error });
}
