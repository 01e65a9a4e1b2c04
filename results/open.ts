import { withoutSecrets } from '../contract/local';
import { DynamoRecords } from './dynamodb/dynamodb';
import { type TablePlace } from './dynamodb/client';
import { StoreUnusable } from './errors';
import { NoRecords } from './none';
import type * as Postgres from './postgres/postgres';
import type { Records } from './records';
import { SqliteRecords } from './sqlite';

/** As in the environment. */
export interface StoreSpec extends TablePlace {
  readonly results: string;
  /** Effects that run at once, which is the number of handlers; default 1. */
  readonly concurrency?: number;
}

/** Opens the results store that `RESULTS` names: `sqlite:PATH`, `dynamodb:TABLE`, a URL of PostgreSQL or `none`. */
export async function openRecords({ results, concurrency = 1, ...place }: StoreSpec): Promise<Records> {
  if (!keepsRecords(results)) return new NoRecords();
  const { kind, name } = parseResults(results);
  if (kind === 'sqlite' && name !== '') return SqliteRecords.open(name);
  if (kind === 'dynamodb' && name !== '') return DynamoRecords.open(name, place);
  if (isDatabaseUrl(results)) {
    return postgres().PostgresRecords.open({ url: results, concurrency });
  }
  throw new StoreUnusable(
    `RESULTS is "${withoutSecrets(results)}"; it takes sqlite:PATH, dynamodb:TABLE, postgres://… or none`,
  );
}

/** `postgres://…` or `postgresql://…`. */
export const isDatabaseUrl = (results: string): boolean => /^postgres(ql)?:\/\/./.test(results);

/** Loaded only if it is used, since nothing else needs `pg`; by `require`, which jest and the bundler follow. */
export const postgres = (): typeof Postgres => require('./postgres/postgres') as typeof Postgres;

/** False for `none`. */
export const keepsRecords = (results: string): boolean => results !== 'none';

/** Splits `RESULTS`; neither part need be valid. */
export function parseResults(results: string): { readonly kind: string; readonly name: string } {
  const separator = results.indexOf(':');
  return { kind: results.slice(0, separator), name: results.slice(separator + 1) };
}
