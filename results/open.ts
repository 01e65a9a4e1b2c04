import { DynamoRecords } from './dynamodb/dynamodb';
import { type TablePlace } from './dynamodb/client';
import { StoreUnusable } from './errors';
import { NoRecords } from './none';
import type { Records } from './records';
import { SqliteRecords } from './sqlite';

/** As in the environment. */
export interface StoreSpec extends TablePlace {
  readonly results: string;
}

/** Opens the results store that `RESULTS` names: `sqlite:PATH`, `dynamodb:TABLE` or `none`. */
export async function openRecords({ results, ...place }: StoreSpec): Promise<Records> {
  if (!keepsRecords(results)) return new NoRecords();
  const { kind, name } = parseResults(results);
  if (kind === 'sqlite' && name !== '') return SqliteRecords.open(name);
  if (kind === 'dynamodb' && name !== '') return DynamoRecords.open(name, place);
  throw new StoreUnusable(`RESULTS is "${results}"; it takes sqlite:PATH, dynamodb:TABLE or none`);
}

/** False for `none`: what must be remembered of a job is not. */
export const keepsRecords = (results: string): boolean => results !== 'none';

/** Either part may be what no store knows. */
export function parseResults(results: string): { readonly kind: string; readonly name: string } {
  const separator = results.indexOf(':');
  return { kind: results.slice(0, separator), name: results.slice(separator + 1) };
}
